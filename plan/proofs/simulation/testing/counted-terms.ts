import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

import { type LeftOut, room } from "./left-out.js";

/** A place where a number is counted: all of a term, or one of the numbers that it adds up. */
export interface Counted extends LeftOut {
  /** The kind of term. */
  readonly term: string;
}

/**
 * Every place in the shipped source of the RPO arithmetic where a term gets its length, found by reading it: what is
 * added there tomorrow is found too.
 */
export function countedTerms(): Counted[] {
  const files = readdirSync(room).filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"));
  return files.flatMap((name) => countedIn(join(room, name)));
}

function countedIn(file: string): Counted[] {
  const text = readFileSync(file, "utf8");
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true);
  const found: Counted[] = [];
  const leaveOut = (term: string, node: ts.Node, instead: string) => {
    const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const what = `${term} (${relative(room, file)}:${line} ${node.getText().replaceAll(/\s+/g, " ")})`;
    found.push({ term, what, file, from: node.getStart(), until: node.getEnd(), instead });
  };
  const visit = (node: ts.Node): void => {
    const term = ts.isObjectLiteralExpression(node) ? termOf(node) : undefined;
    if (term) {
      leaveOut(term.name, term.length, "0");
      for (const added of addends(term.length)) leaveOut(term.name, added, "0");
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** The name and the length of a term that is written down: `{ name: "gap", seconds: longest, … }`. */
function termOf(node: ts.ObjectLiteralExpression) {
  const given = new Map(
    node.properties.flatMap((one) =>
      ts.isPropertyAssignment(one) ? [[one.name.getText(), one.initializer] as const] : [],
    ),
  );
  const [name, length] = [given.get("name"), given.get("seconds")];
  return name && length && ts.isStringLiteral(name) ? { name: name.text, length } : undefined;
}

/** What is added up, where something is. */
function addends(node: ts.Expression): ts.Expression[] {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.PlusToken) return [];
  return [node.left, node.right].flatMap((side) => {
    const deeper = addends(side);
    return deeper.length > 0 ? deeper : [side];
  });
}
