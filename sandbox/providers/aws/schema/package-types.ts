import { readFileSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";

import type { Properties, Property, Shape } from "./schema.js";

/** Finds an interface at the top of a declaration file. */
export function interfaceIn(file: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const found = file.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  if (!found) throw new Error(`${file.fileName} declares no interface ${name}`);
  return found;
}

/**
 * The declaration files of one Pulumi SDK package, read syntactically.
 *
 * Parsing alone is enough, and quick on a file of 110,000 lines, because these files are generated: every
 * property is `pulumi.Input<…>`, every nested type `inputs.<module>.<Name>`.
 */
export class Package {
  readonly #files = new Map<string, ts.SourceFile>();
  readonly #nested = new Map<string, Properties>();
  #inputs: Map<string, ts.InterfaceDeclaration> | undefined;
  #enums = new Map<string, readonly string[]>();

  constructor(private readonly root: string) {}

  /** A declaration file by its path in the package, without `.d.ts`. */
  file(path: string): ts.SourceFile {
    const known = this.#files.get(path);
    if (known) return known;
    const name = join(this.root, `${path}.d.ts`);
    const parsed = ts.createSourceFile(name, readFileSync(name, "utf8"), ts.ScriptTarget.Latest, true);
    this.#files.set(path, parsed);
    return parsed;
  }

  /** Properties of an interface with their shapes; nested types are collected on the way. */
  properties(declaration: ts.InterfaceDeclaration): Properties {
    const found: Record<string, Property> = {};
    for (const member of declaration.members) {
      if (!ts.isPropertySignature(member) || !member.type || !ts.isIdentifier(member.name)) continue;
      const shape = this.#shape(member.type);
      found[member.name.text] = member.questionToken ? { shape } : { shape, required: true };
    }
    return found;
  }

  /** Every nested type met so far, by name, sorted. */
  nestedTypes(): Record<string, Properties> {
    return Object.fromEntries([...this.#nested].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #shape(node: ts.TypeNode): Shape {
    if (ts.isParenthesizedTypeNode(node)) return this.#shape(node.type);
    if (ts.isArrayTypeNode(node)) return { kind: "list", of: this.#shape(node.elementType) };
    if (ts.isUnionTypeNode(node)) return this.#union(node.types);
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal))
      return { kind: "string", known: [node.literal.text], closed: true };
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      if (index) return { kind: "map", of: this.#shape(index.type) };
    }
    if (ts.isTypeReferenceNode(node)) return this.#reference(node);
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { kind: "string" };
      case ts.SyntaxKind.NumberKeyword:
        return { kind: "number" };
      case ts.SyntaxKind.BooleanKeyword:
        return { kind: "boolean" };
      case ts.SyntaxKind.AnyKeyword:
        return { kind: "any" };
      default:
        throw new Error(`no shape for the type ${node.getText()}`);
    }
  }

  #reference(node: ts.TypeReferenceNode): Shape {
    const name = node.typeName.getText();
    const [argument] = node.typeArguments ?? [];
    if (argument && name === "pulumi.Input") return this.#shape(argument);
    if (name.startsWith("pulumi.asset.")) return { kind: "asset" };
    // A class stands for its id, an ARN or a region is a string with a format; rules check formats.
    if (name.startsWith("enums.")) return { kind: "string", known: this.#enum(name.slice("enums.".length)) };
    // Policy documents come as an object or as JSON text; their own check reads them.
    if (name.endsWith("PolicyDocument")) return { kind: "any" };
    if (!name.startsWith("inputs.")) return { kind: "string" };
    const type = name.slice("inputs.".length);
    if (!this.#nested.has(type)) {
      const declaration = this.#nestedDeclarations().get(type);
      if (!declaration) throw new Error(`types/input.d.ts declares no ${type}`);
      // Set before reading: a type may contain itself.
      this.#nested.set(type, {});
      this.#nested.set(type, this.properties(declaration));
    }
    return { kind: "object", type };
  }

  #union(nodes: readonly ts.TypeNode[]): Shape {
    const shapes = nodes
      .filter((node) => node.kind !== ts.SyntaxKind.UndefinedKeyword)
      .map((node) => this.#shape(node));
    const unique = [...new Map(shapes.map((shape) => [JSON.stringify(shape), shape])).values()];
    const [first] = unique;
    if (first && unique.length === 1) return first;
    if (unique.every((shape) => shape.kind === "string")) {
      const known = unique.flatMap((shape) => shape.known ?? []);
      const closed = unique.every((shape) => shape.closed);
      return { kind: "string", ...(known.length > 0 && { known }), ...(closed && { closed }) };
    }
    return { kind: "union", of: unique };
  }

  #nestedDeclarations(): Map<string, ts.InterfaceDeclaration> {
    if (this.#inputs) return this.#inputs;
    const found = new Map<string, ts.InterfaceDeclaration>();
    const visit = (statements: readonly ts.Statement[], prefix: string) => {
      for (const statement of statements) {
        if (ts.isInterfaceDeclaration(statement)) found.set(`${prefix}${statement.name.text}`, statement);
        else if (ts.isModuleDeclaration(statement) && statement.body && ts.isModuleBlock(statement.body))
          visit(statement.body.statements, `${prefix}${statement.name.text}.`);
      }
    };
    visit(this.file("types/input").statements, "");
    this.#inputs = found;
    return found;
  }

  /** Values of an enum: `enums.route53.RecordType` is a constant of literals in `types/enums/route53`. */
  #enum(name: string): readonly string[] {
    const known = this.#enums.get(name);
    if (known) return known;
    const [module = "", enumName] = name.includes(".") ? name.split(".") : ["", name];
    const declaration = this.file(join("types/enums", module, "index"))
      .statements.filter(ts.isVariableStatement)
      .flatMap((statement) => [...statement.declarationList.declarations])
      .find((candidate) => candidate.name.getText() === enumName);
    const values =
      declaration?.type && ts.isTypeLiteralNode(declaration.type)
        ? declaration.type.members.flatMap((member) =>
            ts.isPropertySignature(member) &&
            member.type &&
            ts.isLiteralTypeNode(member.type) &&
            ts.isStringLiteral(member.type.literal)
              ? [member.type.literal.text]
              : [],
          )
        : [];
    this.#enums.set(name, values);
    return values;
  }
}
