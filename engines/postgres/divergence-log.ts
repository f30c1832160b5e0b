import { createInterface } from "node:readline";
import { ExecaError, execa } from "execa";

import { EngineError } from "../errors.js";
import { folders } from "./folders.js";
import { lsnOf } from "./log-position.js";
import { program } from "./programs.js";

/** Where the server keeps its write-ahead log. */
export const walFolder = `${folders.data}/pg_wal`;

/** A transaction that was committed. */
export interface LoggedCommit {
  readonly xid: number;
  /** Where its commit record begins. */
  readonly lsn: string;
  readonly at: Date;
  /** Files that it changed, as `tablespace/database/file`; those of its subtransactions too. */
  readonly files: ReadonlySet<string>;
}

/** Reads what `pg_waldump` prints, a line at a time. */
export class CommitReader {
  readonly commits: LoggedCommit[] = [];
  readonly #files = new Map<string, Set<string>>();

  /** @param text one record as the tool prints it */
  line(text: string): void {
    const [, kind, xid = "0", lsn = ""] =
      /^rmgr: (\w+) .*? tx: +(\d+), lsn: ([0-9A-F]+\/[0-9A-F]+),/.exec(text) ?? [];
    if (xid === "0") return;
    const [, when] =
      (kind === "Transaction" && /desc: COMMIT(?:_PREPARED)? .*?(\d{4}-\d\d-\d\d \S+) UTC/.exec(text)) || [];
    if (when) {
      const [, children = ""] = /; subxacts: ([\d ]+)/.exec(text) ?? [];
      const files = [xid, ...children.split(" ")].flatMap((id) => [...(this.#files.get(id) ?? [])]);
      this.#files.delete(xid);
      this.commits.push({
        ...{ xid: Number(xid), lsn },
        ...{ at: new Date(`${when.replace(" ", "T")}Z`), files: new Set(files) },
      });
      return;
    }
    const known = this.#files.get(xid) ?? new Set();
    for (const [, file] of text.matchAll(/ rel (\d+\/\d+\/\d+)/g)) if (file) known.add(file);
    this.#files.set(xid, known);
  }
}

/**
 * The commits that a timeline's log holds from a position until its end.
 *
 * @throws EngineError when the log can't be read at all
 */
export async function commitsFrom(
  timeline: number,
  from: bigint,
  signal: AbortSignal,
): Promise<LoggedCommit[]> {
  const reader = new CommitReader();
  const child = execa(await program("pg_waldump"), arguments_(timeline, from), {
    env: { TZ: "UTC" },
    buffer: { stdout: false },
    cancelSignal: signal,
  });
  const ended = child.catch((error: unknown) => error);
  for await (const line of createInterface({ input: child.stdout })) reader.line(line);
  const error = await ended;
  // It always fails at the end of a log: where no valid record follows, there is no other way to see it.
  if (error instanceof ExecaError && error.exitCode !== 1)
    throw new EngineError(`pg_waldump failed: ${error.shortMessage}`, 3, undefined, { cause: error });
  signal.throwIfAborted();
  return reader.commits;
}

/** Whether a valid record follows at a position: then it is not the log's end. */
export async function recordFollows(timeline: number, at: bigint): Promise<boolean> {
  const { stdout } = await execa(await program("pg_waldump"), [...arguments_(timeline, at), "--limit=1"], {
    reject: false,
  });
  return stdout.includes("rmgr:");
}

const arguments_ = (timeline: number, from: bigint) => [
  `--path=${walFolder}`,
  `--timeline=${timeline}`,
  `--start=${lsnOf(from)}`,
];
