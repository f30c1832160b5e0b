import { type DatabaseAddress, withClient } from "../../engines/comparison/index.js";

/** A deterministic number for a row, different for each purpose: neither the server's seed nor its clock counts. */
const chance = (purpose: number, of = "n") => `hashint8extended(${of}, ${purpose})`;
const between = (low: number, high: number, purpose: number) =>
  `(${low} + (${chance(purpose)} & 9223372036854775807) % ${high - low + 1})`;
const word = (purpose: number, of = "n") => `w.list[1 + (${chance(purpose, of)} & 1023)]`;
const moment = (purpose: number) =>
  `timestamptz '2024-01-01Z' + ${between(0, 63_072_000, purpose)} * interval '1 s' + ${between(0, 999_999, purpose + 1)} * interval '1 us'`;
/** As many words as wanted, of the thousand that there are. */
const prose = (words: string, purpose: number) =>
  `(SELECT string_agg(${word(purpose, "n * 4096 + k")}, ' ') FROM generate_series(1, ${words}) k)`;

const words = `CREATE TABLE words AS SELECT array_agg(translate(substr(md5(k::text), 1, 2 + k % 9), '0123456789', 'aeiounrstl') ORDER BY k) AS list
  FROM generate_series(0, 1023) k`;

const customers = 150_000;

/** One table: its definition, the rows that a size of 1 means, and what a row holds. */
const tablesOf = (size: number) => [
  {
    definition: `customers (id bigint, name text NOT NULL, email text NOT NULL, address jsonb, balance numeric(12, 2), since timestamptz)`,
    rows: customers,
    row: `n, initcap(${word(1)}) || ' ' || initcap(${word(2)}), ${word(1)} || n || '@' || ${word(3)} || '.test',
      jsonb_build_object('street', ${word(4)} || ' ' || ${between(1, 200, 5)}, 'city', ${word(6)}, 'zip', ${between(10_000, 99_999, 7)}),
      ${between(0, 999_999, 8)} / 100.0, ${moment(9)}`,
  },
  {
    definition: `orders (id bigint, customer bigint NOT NULL, state text NOT NULL, placed timestamptz NOT NULL, total numeric(12, 2), note text)`,
    rows: 1_000_000,
    row: `n, ${between(1, Math.ceil(customers * size), 11)}, (ARRAY['open', 'paid', 'sent', 'returned'])[${between(1, 4, 12)}], ${moment(13)},
      ${between(100, 99_999, 15)} / 100.0, CASE WHEN n % 5 = 0 THEN ${word(16)} || ' ' || ${word(17)} || ' ' || ${word(18)} END`,
  },
  {
    definition: `order_lines (id bigint, orders bigint NOT NULL, article text NOT NULL, pieces int NOT NULL, price numeric(10, 2), share float8)`,
    rows: 4_000_000,
    row: `n, 1 + n / 4, upper(${word(21)}) || '-' || ${between(1, 9_999, 22)}, ${between(1, 12, 23)},
      ${between(50, 50_000, 24)} / 100.0, ${between(1, 1_000_000, 25)} / 7.0`,
  },
  {
    definition: `events (id uuid, at timestamptz NOT NULL, kind text NOT NULL, body jsonb NOT NULL)`,
    rows: 1_500_000,
    row: `md5('event ' || n)::uuid, ${moment(31)}, ${word(33)}, jsonb_build_object('session', md5((n / 20)::text), 'page', '/' || ${word(34)} || '/' || ${word(35)},
      'took', ${between(1, 9_000, 36)}, 'tags', jsonb_build_array(${word(37)}, ${word(38)}), 'agent', ${word(39)} || '/' || ${between(1, 20, 40)})`,
  },
  {
    definition: `documents (id bigint, title text NOT NULL, body text NOT NULL, picture bytea)`,
    rows: 50_000,
    row: `n, ${word(41)} || ' ' || ${word(42)}, ${prose(between(100, 900, 43), 44)},
      CASE WHEN n % 10 = 0 THEN decode(repeat(md5(n::text), 100), 'hex') END`,
  },
  {
    definition: `log (at timestamptz, level text, line text)`,
    rows: 1_000_000,
    row: `${moment(51)}, CASE WHEN n % 50 = 0 THEN 'warn' ELSE 'info' END, ${word(53)} || ' ' || ${word(54)} || ' took ' || ${between(1, 5_000, 55)} || ' ms in ' || ${word(56)}`,
  },
];

/** Keys and indexes, made once the rows are there; the log has none. */
const indexes = [
  ...["customers", "orders", "order_lines", "events", "documents"].map(
    (name) => `ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
  ),
  "CREATE UNIQUE INDEX ON customers (email)",
  "CREATE INDEX ON orders (customer)",
  "CREATE INDEX ON events (at)",
  "ALTER TABLE orders ADD FOREIGN KEY (customer) REFERENCES customers",
];

/**
 * Fills a database with what a shop would hold: narrow rows, JSON, long texts, a log without a key, large objects. The
 * same size gives the same rows on every machine.
 *
 * @param size 1 makes about 1.3 GB of dump
 */
export async function fill(address: DatabaseAddress, size: number): Promise<void> {
  const tables = tablesOf(size);
  await withClient(address, async (client) => {
    await client.query("SET jit = off");
    await client.query(words);
    for (const { definition } of tables) await client.query(`CREATE TABLE ${definition}`);
    await client.query(
      `SELECT lo_from_bytea((70000 + n)::oid, convert_to((SELECT string_agg(md5(n || ' ' || k), '') FROM generate_series(1, 60000) k), 'UTF8'))
         FROM generate_series(1, ${Math.ceil(20 * size)}) n`,
    );
  });
  // Two at a time: more would only share the processors.
  const waiting = [...tables];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [name] = next.definition.split(" ");
      const query = `INSERT INTO ${name} SELECT ${next.row} FROM generate_series(1::bigint, ${Math.ceil(next.rows * size)}) n, words w`;
      await withClient(address, (client) => client.query(query));
    }
  };
  await Promise.all([work(), work()]);
  await withClient(address, async (client) => {
    for (const statement of indexes) await client.query(statement);
    // Nothing is left to tidy up while something is measured.
    await client.query("VACUUM (FREEZE, ANALYZE)");
    await client.query("CHECKPOINT");
  });
}
