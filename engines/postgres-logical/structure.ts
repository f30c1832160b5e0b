import { devNull } from "node:os";
import pg from "pg";

import type { PartReader } from "../engine.js";
import { EngineError } from "../errors.js";
import { checked } from "./checked-parts.js";
import { type LogicalPoint, partNames, partOf } from "./point.js";
import { outputOf, type Step } from "./processes.js";
import { type ToolPlaces, toolPath } from "./tools.js";

/** Lets pg_restore read every block of the dump. @returns what it says; undefined when it reads to the end */
export async function readsWhole(
  point: LogicalPoint,
  parts: PartReader,
  tools: ToolPlaces,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const steps = [await unpack(), await reader(tools, [`--file=${devNull}`])];
  try {
    await outputOf(steps, { input: checked(parts, partOf(point, partNames.dump)), signal });
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

/** Tables whose rows are in the dump, as `schema.table`, quoted where SQL needs it. */
export async function tablesInDump(
  point: LogicalPoint,
  parts: PartReader,
  tools: ToolPlaces,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const input = checked(parts, partOf(point, partNames.dump));
  const listing = await outputOf([await unpack(), await reader(tools, ["--list"])], {
    input,
    signal,
    partial: true,
  });
  const found = listing.matchAll(/^\d+; \d+ \d+ TABLE DATA (\S+) (.+) (\S+)$/gm);
  return new Set(Array.from(found, ([, schema = "", table = ""]) => `${quoted(schema)}.${quoted(table)}`));
}

/** As `format('%I')` writes it, but for reserved words, which nobody should use. */
const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : pg.escapeIdentifier(name));

const unpack = async (): Promise<Step> => ({
  path: await toolPath("zstd"),
  args: ["--decompress", "--stdout", "--quiet"],
});

const reader = async (tools: ToolPlaces, args: readonly string[]): Promise<Step> => ({
  path: await toolPath("pg_restore", tools),
  args,
});
