import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { functionTokens, resourceTokens } from "../tokens.js";
import { interfaceIn, Package } from "./package-types.js";
import type { Properties, ResourceSchema, Schema } from "./schema.js";

/**
 * Reads what the official package's own types allow, for the tokens that this provider serves.
 *
 * SDK constructors drop unknown top-level properties; nested ones reach a provider unseen, so its allow-list
 * has to come from the types: `XxxArgs` for inputs, `types/input.d.ts` for nested ones, `XxxState` for outputs.
 */
export function generate(): Schema {
  const root = dirname(createRequire(import.meta.url).resolve("@pulumi/aws/package.json"));
  const source = new Package(root);
  const resources: Record<string, ResourceSchema> = {};
  for (const token of resourceTokens) {
    const { file, name } = partsOf(token);
    const declarations = source.file(file);
    resources[token] = {
      inputs: source.properties(interfaceIn(declarations, `${name}Args`)),
      outputs: Object.keys(source.properties(interfaceIn(declarations, `${name}State`))).sort(),
    };
  }
  const functions: Record<string, Properties> = {};
  for (const token of functionTokens) {
    const { file, name } = partsOf(token);
    const args = `${name.charAt(0).toUpperCase()}${name.slice(1)}Args`;
    functions[token] = source.properties(interfaceIn(source.file(file), args));
  }
  const provider = source.properties(interfaceIn(source.file("provider"), "ProviderArgs"));
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return { version, provider, resources, functions, types: source.nestedTypes() };
}

/** `aws:s3/bucket:Bucket` is `s3/bucket.d.ts` and class `Bucket`; module `index` is the package's root. */
function partsOf(token: string): { file: string; name: string } {
  const [, path = "", name = ""] = token.split(":");
  return { file: path.replace(/^index\//, ""), name };
}

/** The text of the committed file for a schema. */
export function render(schema: Schema): string {
  return `${JSON.stringify(schema, undefined, 1)}\n`;
}

/** The committed file. */
export const generatedFile = join(dirname(fileURLToPath(import.meta.url)), "schema.generated.json");

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(generatedFile, render(generate()));
