import type { ClientBase, Pool, PoolClient } from "pg";

import type { Change, OperationNumber } from "./change.js";

/**
 * How a write ended. `unknown` is said whenever the database was asked to commit and its answer did not
 * arrive: it may or may not have happened.
 */
export type Outcome =
  | { readonly outcome: "committed"; readonly affected: number }
  | { readonly outcome: "failed" | "unknown"; readonly reason: string };

/**
 * Applies changes in one transaction on a connection of the pool, together with the operation's number if
 * there is one.
 *
 * Never throws. A connection on which anything went wrong is closed: it may lead to a server that is
 * read-only by now.
 */
export async function write(
  pool: Pool,
  changes: readonly Change[],
  operation?: OperationNumber,
): Promise<Outcome> {
  let client: PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    return { outcome: "failed", reason: reasonOf(error) };
  }
  const outcome = await writeOn(client, changes, operation);
  client.release(outcome.outcome !== "committed");
  return outcome;
}

/** What differs from an ordinary write. */
export interface WriteOptions {
  /** Statements at the start of the transaction. */
  readonly first?: readonly string[];
  /** Awaited between the last change and COMMIT. */
  readonly beforeCommit?: () => Promise<void>;
}

/** Applies changes in one transaction on a connection. Never throws. */
export async function writeOn(
  client: ClientBase,
  changes: readonly Change[],
  operation?: OperationNumber,
  { first = [], beforeCommit }: WriteOptions = {},
): Promise<Outcome> {
  let committing = false;
  try {
    await client.query("BEGIN");
    for (const statement of first) await client.query(statement);
    if (operation) await record(client, operation);
    let affected = 0;
    for (const change of changes) affected += await apply(client, change);
    await beforeCommit?.();
    committing = true;
    const { command } = await client.query("COMMIT");
    // COMMIT of a transaction that had already failed answers ROLLBACK and no error.
    if (command !== "COMMIT") return { outcome: "failed", reason: "the transaction was rolled back" };
    return { outcome: "committed", affected };
  } catch (error) {
    // ERROR is the server's word that it did not commit. Anything else while committing, FATAL with a
    // SQLSTATE too, leaves the question open.
    const refused = (error as { severity?: string }).severity === "ERROR";
    return { outcome: committing && !refused ? "unknown" : "failed", reason: reasonOf(error) };
  }
}

/** Takes the lane's turn, so that numbers are committed in their order or refused. */
async function record(client: ClientBase, { lane, number, at }: OperationNumber): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(1, $1)", [lane]);
  const { rowCount } = await client.query(
    `INSERT INTO operations (lane, number, at) SELECT $1, $2, $3
       WHERE NOT EXISTS (SELECT FROM operations WHERE lane = $1 AND number >= $2)`,
    [lane, number, at],
  );
  if (rowCount !== 1) throw new Error(`lane ${lane} is past operation ${number}`);
}

async function apply(client: ClientBase, change: Change): Promise<number> {
  switch (change.kind) {
    case "insert": {
      const { id, channel, author, body, writtenAt } = change;
      return run(
        client,
        "INSERT INTO messages (id, channel, author, body, written_at) VALUES ($1, $2, $3, $4, $5)",
        [id, channel, author, body, writtenAt],
      );
    }
    case "update":
      return run(client, "UPDATE messages SET body = $2, edits = edits + 1 WHERE id = $1", [
        change.id,
        change.body,
      ]);
    case "delete": {
      const reactions = await run(client, "DELETE FROM reactions WHERE message = $1", [change.id]);
      return reactions + (await run(client, "DELETE FROM messages WHERE id = $1", [change.id]));
    }
    case "react":
      return run(client, "INSERT INTO reactions (message, emoji, author) VALUES ($1, $2, $3)", [
        change.id,
        change.emoji,
        change.author,
      ]);
  }
}

async function run(client: ClientBase, text: string, values: readonly unknown[]): Promise<number> {
  return (await client.query(text, [...values])).rowCount ?? 0;
}

/** What went wrong, with its SQLSTATE or system code. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  return code ? `${message} (${code})` : message;
}
