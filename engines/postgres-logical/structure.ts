import { devNull } from "node:os";
import pg from "pg";

import { checked } from "../checked-parts.js";
import type { PartReader } from "../engine.js";
import { EngineError } from "../errors.js";
import { zstdProgram } from "../path-programs.js";
import { partOf } from "../point-fields.js";
import { type ChainOptions, outputOf, type Step } from "../processes.js";
import { unpackFolder } from "./load.js";
import { type LogicalPoint, partNames } from "./point.js";
import { type ToolPlaces, toolPath } from "./tools.js";

/** What reading a dump's structure needs. */
export interface StructureJob {
  readonly point: LogicalPoint;
  readonly parts: PartReader;
  /** Private folder; a dump of the directory format is unpacked there. */
  readonly staging: string;
  readonly tools: ToolPlaces;
  readonly signal: AbortSignal | undefined;
}

/** A dump as pg_restore reads it from end to end. */
export interface DumpStructure {
  /** Why it cannot be read; absent when it can. */
  readonly unreadable?: string;
  /** Tables whose rows it holds, as `schema.table`, quoted where SQL needs it. */
  readonly tables: ReadonlySet<string>;
}

/** Lets pg_restore read every block of a dump, and list what is in it. */
export async function structureOf(job: StructureJob): Promise<DumpStructure> {
  const { point, parts, staging, tools, signal } = job;
  const path = await toolPath("pg_restore", tools);
  const unpack: Step = {
    path: await zstdProgram(),
    args: ["--decompress", "--stdout", "--quiet"],
  };
  try {
    const folder =
      point.format === "directory" ? await unpackFolder(point, parts, staging, signal) : undefined;
    const run = (args: string[], options: ChainOptions) =>
      folder === undefined
        ? outputOf([unpack, { path, args }], {
            input: checked(parts, partOf(point, partNames.dump)),
            signal,
            ...options,
          })
        : outputOf([{ path, args: [...args, folder] }], { signal });
    await run([`--file=${devNull}`], {});
    return { tables: tablesIn(await run(["--list"], { partial: true })) };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof EngineError) return { unreadable: error.message, tables: new Set() };
    throw error;
  }
}

function tablesIn(listing: string): Set<string> {
  const found = listing.matchAll(/^\d+; \d+ \d+ TABLE DATA (\S+) (.+) (\S+)$/gm);
  return new Set(Array.from(found, ([, schema = "", table = ""]) => `${quoted(schema)}.${quoted(table)}`));
}

/** As `format('%I')` writes it, but for reserved words, which nobody should use. */
const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : pg.escapeIdentifier(name));
