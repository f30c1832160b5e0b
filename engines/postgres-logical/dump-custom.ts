import type { Part, PartWriter } from "../engine.js";
import type { LibpqEnvironment } from "./libpq.js";
import { partNames } from "./point.js";
import { chain } from "./processes.js";

/** What a dump needs. */
export interface DumpJob {
  readonly paths: { readonly dump: string; readonly zstd: string };
  readonly env: LibpqEnvironment;
  /** Exported by a session that stays until the dump has ended. */
  readonly snapshot: string;
  readonly withoutLargeObjects: boolean;
  readonly signal: AbortSignal;
}

/** What every dump is told. Row security stays off, pg_dump's default: a policy that hides rows is an error. */
export const dumpArguments = ({ snapshot, withoutLargeObjects }: DumpJob): string[] => [
  "--no-password",
  // Compressed as a whole, by a better algorithm than its own.
  "--compress=0",
  `--snapshot=${snapshot}`,
  // Somebody who changes a table's shape for longer than that has to finish first.
  "--lock-wait-timeout=60000",
  ...(withoutLargeObjects ? ["--no-blobs"] : []),
];

/** Streams the custom format through zstd: nothing touches a disk of ours. */
export async function dumpCustom(job: DumpJob, parts: PartWriter): Promise<Part[]> {
  const steps = [
    { path: job.paths.dump, args: ["--format=custom", ...dumpArguments(job)], env: job.env },
    // Its frame carries a checksum of its own.
    { path: job.paths.zstd, args: ["-3", "--threads=1", "--check", "--stdout", "--quiet"] },
  ];
  return [await parts.write(partNames.dump, chain(steps, { signal: job.signal }))];
}
