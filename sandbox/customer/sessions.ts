import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { reasonOf, writeOn } from "../app/write.js";
import type { Send } from "./lane.js";

/** Everything a session can do to be allowed to write. */
const override = [
  "SET default_transaction_read_only = off",
  "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
];
const overrideInTransaction = ["SET TRANSACTION READ WRITE", "SET LOCAL transaction_read_only = off"];

/** How a session connects to PostgreSQL, beside what PG* variables say. */
export interface SessionOptions {
  readonly connection?: pg.ClientConfig;
}

/**
 * Writes in one session of its own that overrides every setting which makes a session read-only; opens
 * another when it is lost.
 */
export function overridingSession({ connection = {} }: SessionOptions = {}): Send {
  let session: pg.Client | undefined;
  return async (operation, changes, address) => {
    try {
      session ??= await connect(address, connection);
      for (const statement of override) await session.query(statement);
    } catch (error) {
      session = await closed(session);
      return { outcome: "failed", reason: reasonOf(error) };
    }
    const outcome = await writeOn(session, changes, operation, { first: overrideInTransaction });
    if (outcome.outcome !== "committed") session = await closed(session);
    return outcome;
  };
}

/**
 * Writes in a transaction that stays open before it commits.
 *
 * @param hold how long, in seconds.
 */
export function openTransaction(hold: number, { connection = {} }: SessionOptions = {}): Send {
  return async (operation, changes, address) => {
    let session: pg.Client | undefined;
    try {
      session = await connect(address, { ...connection, keepAlive: true });
    } catch (error) {
      return { outcome: "failed", reason: reasonOf(error) };
    }
    // The server ending the session meanwhile is found out when COMMIT is tried.
    session.on("error", () => undefined);
    const outcome = await writeOn(session, changes, operation, { beforeCommit: () => sleep(hold * 1000) });
    await closed(session);
    return outcome;
  };
}

async function connect(host: string, connection: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({
    host,
    connectionTimeoutMillis: 2000,
    query_timeout: 5000,
    application_name: "customer",
    ...connection,
  });
  await client.connect();
  client.on("error", () => undefined);
  return client;
}

/** Ends a session that may be beyond answering. */
async function closed(session: pg.Client | undefined): Promise<undefined> {
  await Promise.race([session?.end().catch(() => undefined), sleep(1000)]);
  return undefined;
}
