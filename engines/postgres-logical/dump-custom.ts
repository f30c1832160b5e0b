import { textSettings } from "../comparison/index.js";
import type { Part, PartWriter } from "../engine.js";
import { chain } from "../processes.js";
import { ArchiveRows, type DumpedContent } from "./archive-rows.js";
import type { LibpqEnvironment } from "./libpq.js";
import { partNames } from "./point.js";
import { inLargePieces } from "./tools.js";
import { Watched } from "./watched.js";

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

/** What every dump is told besides: it writes values as the comparer does, whatever the server's defaults are. */
export const dumpEnvironment = ({ env }: DumpJob): LibpqEnvironment => ({
  ...env,
  PGOPTIONS: Object.entries(textSettings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(" "),
});

/** How a dump, or a file of it, is compressed: with a checksum in the frame. */
export const compression = ["-3", "--threads=1", "--check", "--stdout", "--quiet"];

/** What a dump became. */
export interface Dumped {
  readonly parts: Part[];
  /** Hashes of what it holds; undefined when they were not wanted, or it could not be read as it went by. */
  readonly content: DumpedContent | undefined;
}

/**
 * Streams the custom format through zstd: nothing touches a disk of ours.
 *
 * @param hashed whether what it holds is hashed as it goes by
 */
export async function dumpCustom(job: DumpJob, parts: PartWriter, hashed: boolean): Promise<Dumped> {
  const { signal, paths } = job;
  const dump = await inLargePieces({
    path: paths.dump,
    args: ["--format=custom", ...dumpArguments(job)],
    env: dumpEnvironment(job),
  });
  const zstd = { path: paths.zstd, args: compression };
  if (!hashed)
    return {
      parts: [await parts.write(partNames.dump, chain([dump, zstd], { signal }))],
      content: undefined,
    };
  const rows = new ArchiveRows();
  const watched = new Watched(rows);
  const stop = new AbortController();
  const source = chain([dump], { signal: AbortSignal.any([signal, stop.signal]) });
  try {
    const input = watched.through(source);
    const part = await parts.write(partNames.dump, chain([zstd], { input, signal }));
    return { parts: [part], content: watched.failure === undefined ? rows.end() : undefined };
  } catch (error) {
    // Two chains, each of which ends its own programs: whoever waits for this has to find none of them.
    stop.abort(error);
    await source.return(undefined).catch(() => undefined);
    throw error;
  }
}
