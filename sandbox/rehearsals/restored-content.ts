import { execa } from "execa";

import { folders } from "../../engines/postgres/folders.js";
import { names, postgresDatasets } from "../../plan/index.js";
import {
  databaseContent,
  expectedContent,
  type Ledger,
  type Loss,
  loss,
  now,
  type Present,
  readLedger,
  type Survey,
  survey,
  type TableName,
} from "../customer/index.js";
import { WorldError } from "../errors.js";
import { kubectlArgv } from "./kubectl.js";
import type { GoodDay, SiteView, Stage } from "./model.js";

/** One table after the restore, against what the customer's ledger says it has to hold. */
export interface TableVerification {
  readonly name: string;
  readonly rows: number;
  /** SHA-256 over the canonical text of all rows, hexadecimal. */
  readonly checksum: string;
  readonly matches: boolean;
}

/** What the restored database holds and lacks. */
export interface Restored {
  readonly tables: readonly TableVerification[];
  readonly survey: Survey;
  readonly loss: Loss;
}

/** psql in a site's database Pod, over the Pod's own socket. */
export function psqlAt(
  { world, plan, dataset }: Stage,
  { region }: SiteView,
): readonly [string, ...string[]] {
  const spec = postgresDatasets(plan).find(([name]) => name === dataset)?.[1];
  if (!spec) throw new WorldError(`plan "${plan.name}" has no PostgreSQL dataset "${dataset}"`);
  return [
    ...kubectlArgv(world, region),
    ...["exec", "--stdin", `${dataset}-0`, "--namespace", names.namespace(plan), "--container", "database"],
    ...["--", "psql", "--host", folders.run, "--username", "postgres", "--dbname", spec.database],
  ];
}

/** Runs one statement at a site. @returns unaligned rows */
export async function query(stage: Stage, site: SiteView, statement: string): Promise<string> {
  const [file, ...args] = psqlAt(stage, site);
  const options = [
    "--no-psqlrc",
    "--tuples-only",
    "--no-align",
    "--set",
    "ON_ERROR_STOP=1",
    "--command",
    statement,
  ];
  // A node whose kubelet hangs keeps the connection open for good.
  return (await execa(file, [...args, ...options], { stdin: "ignore", timeout: 15_000 })).stdout;
}

/**
 * Compares a promoted database, in one snapshot, with the ledgers of all who wrote.
 *
 * @param cut when the primary could last acknowledge, on the monotonic clock in milliseconds.
 */
export async function restoredContent(day: GoodDay, site: SiteView, cut: number): Promise<Restored> {
  const began = now().mono;
  const { tables, operations } = await databaseContent(psqlAt(day, site));
  const ledger = upTo(merged(day.ledgers.map(readLedger)), began, cut, operations);
  const found = survey(ledger, operations, cut);
  const expected = expectedContent(day.population, found.applied);
  return {
    tables: Object.entries(tables).map(([name, content]) => {
      const wanted = expected[name as TableName];
      return {
        name,
        ...content,
        matches: wanted.rows === content.rows && wanted.checksum === content.checksum,
      };
    }),
    survey: found,
    loss: loss(ledger, found, cut),
  };
}

/** Several customers' ledgers as one; their lanes differ. */
function merged(ledgers: readonly Ledger[]): Ledger {
  const [first, ...others] = ledgers;
  if (!first) throw new WorldError("nobody kept a ledger");
  const attempts = [first, ...others].flatMap((ledger) => ledger.attempts);
  return { ...first, attempts: attempts.toSorted((a, b) => a.sent.mono - b.sent.mono) };
}

/** The ledger up to a snapshot: what was sent to the new primary may be missing if it was answered afterwards. */
function upTo(ledger: Ledger, began: number, cut: number, operations: readonly Present[]): Ledger {
  const there = new Set(operations.map(({ lane, number }) => `${lane}/${number}`));
  return {
    ...ledger,
    attempts: ledger.attempts.filter(
      ({ lane, number, sent, answered }) =>
        sent.mono <= cut || there.has(`${lane}/${number}`) || (answered && answered.mono < began),
    ),
  };
}
