import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";

import { checked } from "../checked-parts.js";
import type { DatabaseAddress } from "../comparison/index.js";
import type { PartReader } from "../engine.js";
import { zstdProgram } from "../path-programs.js";
import { partOf } from "../point-fields.js";
import { outputOf, type Step } from "../processes.js";
import { requireSpace } from "../staging.js";
import { libpqEnvironment } from "./libpq.js";
import { dumpFolder, dumpParts, type LogicalPoint, partNames } from "./point.js";
import { type ToolPlaces, toolPath } from "./tools.js";

/** How a dump is loaded. */
export interface LoadOptions {
  /**
   * Connections that load side by side. One streams; more need the dump on disk, as large as the database at most.
   * @default 1
   */
  readonly jobs?: number;
  readonly tools?: ToolPlaces;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads a point's dump into an empty database.
 *
 * @param staging private folder
 * @throws EngineError (3) when a part is damaged, a tool fails or space is short; the database is then half full
 */
export async function loadDump(
  point: LogicalPoint,
  parts: PartReader,
  into: DatabaseAddress,
  staging: string,
  options: LoadOptions = {},
): Promise<void> {
  const { jobs = 1, tools = {}, signal } = options;
  const env = await libpqEnvironment(into, staging);
  const restore: Step = {
    path: await toolPath("pg_restore", tools),
    args: [`--dbname=${into.database}`, "--exit-on-error", "--no-password"],
    // Its own sessions are not those of applications.
    env: { ...env, PGOPTIONS: "-c default_transaction_read_only=off" },
  };
  if (point.format === "directory") {
    const folder = await unpackFolder(point, parts, staging, signal);
    await outputOf([{ ...restore, args: [...restore.args, `--jobs=${jobs}`, folder] }], { signal });
    return;
  }
  const unpack: Step = { path: await zstdProgram(), args: ["--decompress", "--stdout", "--quiet"] };
  const input = checked(parts, partOf(point, partNames.dump));
  if (jobs === 1) {
    await outputOf([unpack, restore], { input, signal });
    return;
  }
  await requireSpace(staging, point.source.bytes);
  const file = join(staging, "dump.pgc");
  await outputOf([{ ...unpack, args: ["--decompress", "--quiet", "--no-sparse", "-o", file] }], {
    input,
    signal,
  });
  await outputOf([{ ...restore, args: [...restore.args, `--jobs=${jobs}`, file] }], { signal });
}

/**
 * Puts a dump of the directory format back into a folder, decompressed.
 *
 * @returns the folder
 */
export async function unpackFolder(
  point: LogicalPoint,
  parts: PartReader,
  staging: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  await requireSpace(staging, point.source.bytes);
  const folder = join(staging, dumpFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = await zstdProgram();
  for (const part of dumpParts(point)) {
    // A name comes from a manifest: nothing outside the folder is written.
    const file = join(folder, basename(part.name, ".zst"));
    await outputOf([{ path, args: ["--decompress", "--quiet", "--force", "-o", file] }], {
      input: checked(parts, part),
      signal,
    });
  }
  return folder;
}
