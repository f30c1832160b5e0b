import { setTimeout as sleep } from "node:timers/promises";

import { clientOf, type DatabaseAddress, withClient } from "../../../engines/comparison/index.js";

/** A transaction that somebody made, as the ledger outside of the database knows it. */
export interface LedgerRow {
  /** `<writer>:<number>`, as it stands in the table. */
  readonly row: string;
  /** The transaction's number. */
  readonly xid: string;
}

/** Writers that never pause. */
export interface Load {
  /** Every transaction whose commit was acknowledged. */
  readonly acknowledged: readonly LedgerRow[];
  /** Ends them. @returns the longest that one commit took, and commits for each second */
  stop(): Promise<{ readonly longest: number; readonly perSecond: number }>;
}

/** Makes the table that writers add to. */
export const makeLedger = (address: DatabaseAddress) =>
  withClient(address, (client) => client.query("CREATE TABLE ledger (row text PRIMARY KEY, filler text)"));

/**
 * Eight writers that commit a row of their own each, at a rate that they keep.
 *
 * @param perSecond commits of all of them in a second
 */
export async function startLoad(address: DatabaseAddress, perSecond = 200, writers = 8): Promise<Load> {
  const acknowledged: LedgerRow[] = [];
  const every = (1_000 * writers) / perSecond;
  const began = performance.now();
  let running = true;
  let longest = 0;
  const work = Array.from({ length: writers }, async (_, writer) => {
    const client = clientOf(address);
    await client.connect();
    const start = performance.now();
    for (let number = 0; running; number += 1) {
      const row = `${writer}:${number}`;
      const asked = performance.now();
      const { rows } = await client.query<{ xid: string }>(
        "INSERT INTO ledger VALUES ($1, repeat('x', 200)) RETURNING pg_current_xact_id()::text AS xid",
        [row],
      );
      longest = Math.max(longest, performance.now() - asked);
      acknowledged.push({ row, xid: rows[0]?.xid ?? "" });
      // Who is late does not wait, so that the rate is kept.
      await sleep(Math.max(0, start + (number + 1) * every - performance.now()));
    }
    await client.end();
  });
  return {
    acknowledged,
    async stop() {
      running = false;
      await Promise.all(work);
      return { longest, perSecond: acknowledged.length / ((performance.now() - began) / 1_000) };
    },
  };
}
