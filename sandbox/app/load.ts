import type { ClientBase } from "pg";

import { channelCount, reactionEvery } from "./loaded.js";

/** What a load asked for, and whether it was there already. */
export interface Loaded {
  readonly seed: string;
  readonly rows: number;
  readonly already: boolean;
}

/**
 * Fills the database with `rows` messages in one transaction; their content is that of `loaded.ts`.
 *
 * The same load again changes nothing.
 *
 * @throws Error when another load is in the database.
 */
export async function load(client: ClientBase, seed: string, rows: number): Promise<Loaded> {
  await client.query("BEGIN");
  try {
    await client.query("LOCK TABLE loads IN EXCLUSIVE MODE");
    const { rows: loads } = await client.query<{ seed: string; rows: string }>(
      "SELECT seed, rows FROM loads",
    );
    const [found] = loads;
    if (found) {
      if (found.seed !== seed || Number(found.rows) !== rows) {
        throw new Error(`loaded already: ${found.rows} rows of seed "${found.seed}"`);
      }
      await client.query("ROLLBACK");
      return { seed, rows, already: true };
    }
    await client.query("INSERT INTO loads (seed, rows) VALUES ($1, $2)", [seed, rows]);
    await client.query(
      `INSERT INTO channels SELECT i, 'channel-' || i, CASE WHEN i % 4 <> 0 THEN md5($1 || '/channel/' || i) END
         FROM generate_series(1, $2::integer) AS i`,
      [seed, channelCount],
    );
    await client.query(
      `INSERT INTO messages (id, channel, author, body, written_at)
         SELECT i, 1 + i % $3::integer, 'user-' || i * 7919 % 1000, 'message ' || i || ' ' || md5($1 || '/' || i),
                to_timestamp(1700000000 + i)
         FROM generate_series(1, $2::bigint) AS i`,
      [seed, rows, channelCount],
    );
    await client.query(
      `INSERT INTO reactions SELECT i, CASE WHEN i % 3 = 0 THEN '🎉' ELSE '+1' END,
                CASE WHEN i % 7 <> 0 THEN 'user-' || i % 1000 END
         FROM generate_series($2::integer, $1::bigint, $2::integer) AS i`,
      [rows, reactionEvery],
    );
    await client.query("COMMIT");
    return { seed, rows, already: false };
  } catch (error) {
    await client.query("ROLLBACK");
    throw error;
  }
}
