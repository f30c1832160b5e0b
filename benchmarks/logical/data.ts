import { type DatabaseAddress, withClient } from "../../engines/comparison/index.js";
import { libpqEnvironment } from "../../engines/postgres-logical/libpq.js";
import { toolPath } from "../../engines/postgres-logical/tools.js";
import { outputOf } from "../../engines/processes.js";
import { Chance } from "./chance.js";

interface TableOfRows {
  readonly definition: string;
  /** At a size of 1. */
  readonly rows: number;
  /** One row as COPY reads it. @param id counts from 1 */
  row(id: number, chance: Chance): readonly (string | number)[];
}

const customers = 150_000;
const none = "\\N";

/** What a shop holds: narrow rows, JSON, long texts with pictures, a log without a key. */
const tables: readonly TableOfRows[] = [
  {
    definition:
      "customers (id bigint, name text NOT NULL, email text NOT NULL, address jsonb, balance numeric(12, 2), since timestamptz)",
    rows: customers,
    row: (id, chance) => [
      id,
      `${chance.word()} ${chance.word()}`,
      `${chance.word()}${id}@${chance.word()}.test`,
      `{"street": "${chance.word()} ${chance.number(200)}", "city": "${chance.word()}", "zip": "${10_000 + chance.number(90_000)}"}`,
      (chance.number(1_000_000) / 100).toFixed(2),
      chance.moment(),
    ],
  },
  {
    definition:
      "orders (id bigint, customer bigint NOT NULL, state text NOT NULL, placed timestamptz NOT NULL, total numeric(12, 2), note text)",
    rows: 1_000_000,
    row: (id, chance) => [
      id,
      // The first customers are there at every size.
      1 + chance.number(1_000),
      ["open", "paid", "sent", "returned"][chance.number(4)] ?? "",
      chance.moment(),
      (chance.number(100_000) / 100).toFixed(2),
      id % 5 === 0 ? chance.prose(4) : none,
    ],
  },
  {
    definition:
      "order_lines (id bigint, placed_in bigint NOT NULL, article text NOT NULL, pieces int NOT NULL, price numeric(10, 2), share float8)",
    rows: 4_000_000,
    row: (id, chance) => [
      id,
      1 + Math.floor(id / 4),
      `${chance.word()}-${chance.number(10_000)}`,
      1 + chance.number(12),
      (chance.number(50_000) / 100).toFixed(2),
      chance.number(1_000_000) / 7,
    ],
  },
  {
    definition: "events (id uuid, at timestamptz NOT NULL, kind text NOT NULL, body jsonb NOT NULL)",
    rows: 1_500_000,
    row: (_, chance) => [
      chance.hex(32),
      chance.moment(),
      chance.word(),
      `{"session": "${chance.hex(16)}", "page": "/${chance.word()}/${chance.word()}", "took": ${chance.number(9_000)}, "tags": ["${chance.word()}", "${chance.word()}"], "agent": "${chance.word()}/${chance.number(20)}"}`,
    ],
  },
  {
    definition: "documents (id bigint, title text NOT NULL, body text NOT NULL, picture bytea)",
    rows: 50_000,
    row: (id, chance) => [
      id,
      chance.prose(3),
      chance.prose(100 + chance.number(800)),
      id % 10 === 0 ? `\\\\x${chance.hex(6_000)}` : none,
    ],
  },
  {
    definition: "log (at timestamptz, level text, line text)",
    rows: 1_000_000,
    row: (id, chance) => [
      chance.moment(),
      id % 50 === 0 ? "warn" : "info",
      `${chance.prose(4)} took ${chance.number(5_000)} ms in ${chance.word()}`,
    ],
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
 * Fills a database, large objects included. The same size gives the same rows on every machine.
 *
 * @param size 1 makes about 1.2 GB of dump; not less than 0.01
 * @param folder private folder
 */
export async function fill(address: DatabaseAddress, size: number, folder: string): Promise<void> {
  const env = await libpqEnvironment(address, folder);
  const psql = await toolPath("psql");
  await withClient(address, async (client) => {
    for (const { definition } of tables) await client.query(`CREATE TABLE ${definition}`);
  });
  for (const [seed, one] of tables.entries()) {
    const [name] = one.definition.split(" ");
    const input = rowsOf(one, Math.ceil(one.rows * size), new Chance(seed));
    await outputOf([{ path: psql, args: ["--quiet", "-c", `COPY ${name} FROM STDIN`], env }], { input });
  }
  await withClient(address, async (client) => {
    for (let nr = 1; nr <= Math.ceil(20 * size); nr += 1)
      await client.query("SELECT lo_from_bytea($1::oid, $2)", [
        70_000 + nr,
        Buffer.from(new Chance(1_000 + nr).hex(2 << 20)),
      ]);
    for (const statement of indexes) await client.query(statement);
    // Nothing is left to tidy up while something is measured.
    await client.query("VACUUM (FREEZE, ANALYZE)");
    await client.query("CHECKPOINT");
  });
}

async function* rowsOf({ row }: TableOfRows, rows: number, chance: Chance): AsyncGenerator<Buffer> {
  let text = "";
  for (let id = 1; id <= rows; id += 1) {
    text += `${row(id, chance).join("\t")}\n`;
    if (text.length < 1 << 18 && id < rows) continue;
    yield Buffer.from(text, "latin1");
    text = "";
  }
}
