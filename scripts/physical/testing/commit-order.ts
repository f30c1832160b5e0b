import { join } from "node:path";
import { execa } from "execa";

import { program } from "../../../engines/postgres/programs.js";
import type { Machine } from "./machine.js";

/** A commit, as the server's own log has it. */
export interface Commit {
  readonly xid: string;
  readonly lsn: string;
  /** Microseconds since 1970. */
  readonly at: number;
  /** Restore points that stand in the log since the commit before. */
  readonly namedBefore: readonly string[];
}

/**
 * The order in which a server committed, read from its write-ahead log by PostgreSQL's own program: what each moment,
 * position, transaction and restore point holds follows from it alone.
 *
 * @param machine one that keeps its log
 */
export async function commitOrder(machine: Machine, from: string, to: string): Promise<Commit[]> {
  const { stdout } = await execa(
    await program("pg_waldump"),
    [
      `--path=${join(machine.data, "pg_wal")}`,
      `--start=${from}`,
      `--end=${to}`,
      "--rmgr=Transaction",
      "--rmgr=XLOG",
    ],
    { ...machine.as, cwd: "/", env: { TZ: "UTC" }, maxBuffer: 1 << 30 },
  );
  const commits: Commit[] = [];
  let named: string[] = [];
  for (const line of stdout.split("\n")) {
    const name = /desc: RESTORE_POINT (.+)$/.exec(line)?.[1];
    if (name !== undefined) named.push(name);
    const [, xid, lsn, day, time] =
      /tx: +(\d+), lsn: ([0-9A-F/]+), .*desc: COMMIT (\S+) (\S+) UTC/.exec(line) ?? [];
    if (xid === undefined || lsn === undefined || day === undefined || time === undefined) continue;
    const [whole = "", fraction = ""] = time.split(".");
    const at = Date.parse(`${day}T${whole}Z`) * 1_000 + Number(fraction.padEnd(6, "0"));
    commits.push({ xid, lsn, at, namedBefore: named });
    named = [];
  }
  return commits;
}

/** What a restore is asked for, and what it has to hold by the order of commits. */
export interface Expectation {
  readonly options: readonly string[];
  /** Transactions that were committed by then. */
  readonly xids: ReadonlySet<string>;
}

const until = (commits: readonly Commit[], end: number) =>
  new Set(commits.slice(0, end).map(({ xid }) => xid));

/** What the log says for a target of each kind that lies at the commit of that place. */
export const expectations = {
  /** The server stops at the first commit that is later, whatever comes after that. */
  at(commits: readonly Commit[], place: number, shift: number): Expectation {
    const micros = (commits[place]?.at ?? 0) + shift;
    const later = commits.findIndex(({ at }) => at > micros);
    const iso = new Date(Math.floor(micros / 1_000)).toISOString().slice(0, 19);
    const fraction = String(micros % 1_000_000).padStart(6, "0");
    return {
      options: ["--at", `${iso}.${fraction}Z`],
      xids: until(commits, later < 0 ? commits.length : later),
    };
  },
  lsn: (commits: readonly Commit[], place: number): Expectation => ({
    options: ["--lsn", commits[place]?.lsn ?? ""],
    xids: until(commits, place + 1),
  }),
  xid: (commits: readonly Commit[], place: number): Expectation => ({
    options: ["--xid", commits[place]?.xid ?? ""],
    xids: until(commits, place + 1),
  }),
  /** The restore point that is nearest after a place. */
  name(commits: readonly Commit[], place: number): Expectation {
    const found = commits.findIndex(({ namedBefore }, index) => index >= place && namedBefore.length > 0);
    return {
      options: ["--restore-point", commits[found]?.namedBefore[0] ?? ""],
      xids: until(commits, found),
    };
  },
};
