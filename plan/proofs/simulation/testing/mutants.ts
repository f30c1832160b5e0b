import { readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import ts from "typescript";

import type { rpoBound } from "../../rpo/index.js";

/** A place in the shipped source of the arithmetic, and what stands there instead. */
export interface LeftOut {
  /** What is left out, for people. */
  readonly what: string;
  readonly file: string;
  /** Characters that are replaced, from one up to another. */
  readonly from: number;
  readonly until: number;
  readonly instead: string;
}

/** A place where a number is counted: all of a term, or one of the numbers that it adds up. */
export interface Counted extends LeftOut {
  /** The kind of term. */
  readonly term: string;
}

const room = join(dirname(fileURLToPath(import.meta.url)), "../../rpo");

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

/** What the arithmetic takes care of besides its terms: each with text that is there exactly once, and what it becomes. */
const cares: readonly (readonly [what: string, file: string, text: string, instead: string])[] = [
  [
    "runs that may stand in each other's way",
    "runs.ts",
    'concurrency === "Allow" || busy < spacing.shortest',
    "true",
  ],
  [
    "a late start where runs may stand in each other's way",
    "runs.ts",
    "const busy = longestRun(deadline, upload.seconds) + late;",
    "const busy = longestRun(deadline, upload.seconds);",
  ],
  [
    "runs that never end because the next replaces them",
    "runs.ts",
    "const spared = sparedStarts(plan, dataset, backup, starting, busy);",
    "const spared: Age = { terms: [...gapTerms(spacing), ...runTerms(starting, upload)] };",
  ],
  [
    "the late start while changes gather",
    "runs.ts",
    "spacing.withOneMissed + late);",
    "spacing.withOneMissed);",
  ],
  [
    "an upload to each direct copy",
    "runs.ts",
    "seconds: (moved * copies) / bytes(upload)",
    "seconds: moved / bytes(upload)",
  ],
  ["a timer's accuracy, twice", "runs.ts", "late: 2 * accuracy", "late: accuracy"],
  ["changes between events", "runs.ts", 'on === "change" || changesOnlyOn(dataset, on)', "true"],
  [
    "more changes than the line carries, copied on change",
    "runs.ts",
    "return isTooMuch(plan, dataset, backup) ?",
    "return false ?",
  ],
  [
    "more changes than the line carries, in a stream",
    "bound.ts",
    "if (isTooMuch(plan, dataset, stream)) return",
    "if (false) return",
  ],
  ["a point beneath log that is older than the log", "bound.ts", "sumOf(age.terms) <= kept", "true"],
  ["a copy that is gone before the next is there", "bound.ts", "seconds(keep) < oldest", "false"],
  ["a full backup beneath others at all", "bound.ts", "if (!isLink(backup)) return", "return"],
  ["a full backup that is gone before what builds on it", "bound.ts", "seconds(keep) < needed", "false"],
];

/** The same as places to leave out. */
export const everyCare = (): LeftOut[] =>
  cares.map(([what, name, text, instead]) => {
    const file = join(room, name);
    const [before = "", ...after] = readFileSync(file, "utf8").split(text);
    if (after.length !== 1) throw new Error(`"${what}": ${after.length} places in ${name} match, 1 expected`);
    return { what, file, from: before.length, until: before.length + text.length, instead };
  });

/** The arithmetic as it is shipped, but for one place: everything that is worked out from it follows. */
export async function without({ file, from, until, instead }: LeftOut): Promise<typeof rpoBound> {
  const { outputFiles } = await build({
    entryPoints: [join(room, "bound.ts")],
    ...{ bundle: true, format: "esm", platform: "node", write: false, logLevel: "silent" },
    plugins: [
      {
        name: "leave-out",
        setup: ({ onLoad }) =>
          onLoad({ filter: /\/proofs\/rpo\/[a-z-]+\.ts$/ }, async ({ path }) => {
            const text = await readFile(path, "utf8");
            const contents = path === file ? text.slice(0, from) + instead + text.slice(until) : text;
            return { contents, loader: "ts" };
          }),
      },
    ],
  });
  const code = Buffer.from(outputFiles?.[0]?.contents ?? []).toString("base64");
  const { rpoBound: bound } = await import(/* @vite-ignore */ `data:text/javascript;base64,${code}`);
  return bound;
}
