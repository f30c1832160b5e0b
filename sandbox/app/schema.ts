import type { ClientBase } from "pg";

/**
 * The tables of the chat service.
 *
 * `operations` gets one row in the transaction of each write, so any copy of the database tells by itself how
 * far it got. `reactions` has no key on purpose: not every real table has one. `health_probe` belongs to the
 * deep health check and is no customer's data.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS channels (
    id integer PRIMARY KEY,
    name text NOT NULL,
    topic text
  );
  CREATE TABLE IF NOT EXISTS messages (
    id bigint PRIMARY KEY,
    channel integer NOT NULL,
    author text NOT NULL,
    body text NOT NULL,
    edits integer NOT NULL DEFAULT 0,
    written_at timestamptz NOT NULL
  );
  CREATE TABLE IF NOT EXISTS reactions (
    message bigint NOT NULL,
    emoji text NOT NULL,
    author text
  );
  CREATE INDEX IF NOT EXISTS reactions_message ON reactions (message);
  CREATE TABLE IF NOT EXISTS operations (
    lane integer NOT NULL,
    number bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (lane, number)
  );
  CREATE TABLE IF NOT EXISTS loads (
    seed text PRIMARY KEY,
    rows bigint NOT NULL
  );
  CREATE TABLE IF NOT EXISTS health_probe (
    id integer PRIMARY KEY,
    at timestamptz NOT NULL
  );
  INSERT INTO health_probe VALUES (1, now()) ON CONFLICT DO NOTHING;
`;

/** Any number will do, as long as every instance takes the same. */
const migrationLock = 20_261_121;

/** Creates what is missing; instances that start at once take turns. */
export async function migrate(client: ClientBase): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    await client.query(tables);
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
