import { join } from "node:path";

import type { DatabaseAddress } from "../comparison/index.js";
import type { PartReader } from "../engine.js";
import { checked } from "./checked-parts.js";
import { libpqEnvironment } from "./libpq.js";
import { type LogicalPoint, partNames, partOf } from "./point.js";
import { outputOf, type Step } from "./processes.js";
import { requireSpace } from "./staging.js";
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
    env,
  };
  const unpack: Step = { path: await toolPath("zstd"), args: ["--decompress", "--stdout", "--quiet"] };
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
