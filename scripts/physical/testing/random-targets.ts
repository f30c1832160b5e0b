import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";

import { microsOf } from "../../../engines/moment.js";
import { position } from "../../../engines/postgres/log-position.js";
import { chanceFrom } from "../../testing/seed.js";
import { type Commit, commitOrder, type Expectation, expectations } from "./commit-order.js";
import { type Load, makeLedger, startLoad } from "./load.js";
import { machineOn } from "./machine.js";
import type { Office } from "./office.js";

/** A point, as far as targets after it are concerned. */
interface Base {
  readonly label: string;
  readonly stopLsn: string;
  readonly finishedAt: string;
}

/** What was written while backups were taken. */
export interface Written {
  readonly commits: readonly Commit[];
  readonly bases: readonly Base[];
  readonly load: Load;
}

/**
 * Lets eight writers write while backups are taken, one after the other, with restore points in between.
 *
 * @param kinds names of the plan's backups, in the order in which they are taken
 * @param seconds that writers go on after each
 */
export async function writtenUnderLoad(
  office: Office,
  kinds: readonly string[],
  seconds: number,
): Promise<Written> {
  const { machine } = office;
  await makeLedger(machine.address);
  const from = await present(office);
  const load = await startLoad(machine.address);
  let names = 0;
  for (const kind of kinds) {
    await office.succeed("backup", "tickets", "--kind", kind);
    for (let second = 0; second < seconds; second += 1) {
      await sleep(1_000);
      names += 1;
      await machine.sql(`SELECT pg_create_restore_point('mark ${names}')`);
    }
  }
  const { longest, perSecond } = await load.stop();
  const to = await present(office);
  // A commit after every target, so that each of them has an end in the log.
  await machine.sql("CREATE TABLE after ()");
  await office.archived();
  const { points } = JSON.parse(await office.succeed("points", "--kind", "physical", "--json"));
  const commits = await commitOrder(machine, from, to);
  console.log(
    `${commits.length} commits, ${perSecond.toFixed(0)} a second, the longest took ${longest.toFixed(0)} ms`,
  );
  const xids = new Set(commits.map(({ xid }) => xid));
  expect(load.acknowledged.filter(({ xid }) => !xids.has(xid))).toEqual([]);
  return { commits, bases: points, load };
}

/**
 * Restores to targets of every kind, chosen by chance, and compares what is there with what the order of commits says.
 *
 * @returns what differed, a line each
 */
export async function restoredAtRandom(
  office: Office,
  { commits, bases, load }: Written,
  count: number,
  seed: number,
): Promise<string[]> {
  const chance = chanceFrom(seed);
  const pick = (limit: number) => Math.floor(chance() * limit);
  const rowOf = new Map(load.acknowledged.map(({ row, xid }) => [xid, row]));
  const kinds = ["at", "lsn", "xid", "name", "at"] as const;
  // A capture ends after its tool's backup; no moment before the end of the first is offered.
  const offered = Math.min(...bases.map(({ finishedAt }) => microsOf(finishedAt)));
  const problems: string[] = [];
  for (let done = 0; done < count; done += 1) {
    const base = bases[pick(bases.length)];
    const kind = kinds[done % kinds.length] ?? "at";
    const first = commits.findIndex(
      ({ lsn, at }) => base && position(lsn) > position(base.stopLsn) && (kind !== "at" || at > offered),
    );
    // The last restore point lies behind the last second's commits.
    const place = first + 1 + pick(commits.length - first - 250);
    const wanted: Expectation =
      kind === "at" ? expectations.at(commits, place, pick(3) - 1) : expectations[kind](commits, place);
    // Where a transaction or a name lies only the log knows: an older point is named.
    const from = kind === "at" || kind === "lsn" ? [] : ["--point", base?.label ?? ""];
    const asked = [...wanted.options, ...from].join(" ");
    const { code, err, into } = await office.restore(...wanted.options, ...from);
    if (code !== 0) {
      problems.push(`${asked}: ${err}`);
      continue;
    }
    await using restored = machineOn(into);
    await restored.start();
    const [result] = await restored.sql("SELECT row FROM ledger");
    const found = new Set(result?.rows.map(({ row }) => String(row)));
    // Commits of others, such as of making the table, have no row.
    const rows = [...wanted.xids].flatMap((xid) => rowOf.get(xid) ?? []);
    const lacks = rows.filter((row) => !found.has(row));
    const extra = found.size - (rows.length - lacks.length);
    if (lacks.length > 0 || extra > 0)
      problems.push(`${asked}: lacks ${lacks.length}, ${extra} too many, of ${rows.length}`);
  }
  return problems;
}

async function present({ machine }: Office): Promise<string> {
  const [result] = await machine.sql("SELECT pg_current_wal_flush_lsn() AS lsn");
  return result?.rows[0]?.lsn;
}
