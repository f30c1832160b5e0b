import { chown, mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";

import { silent } from "../../../sandbox/progress.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";
import { clientOf, type DatabaseAddress, withClient } from "../../comparison/index.js";
import { startInstance } from "../instance.js";

/** A real server of the test's own. */
export interface TestServer extends AsyncDisposable {
  readonly address: DatabaseAddress;
  /** A folder for anything, removed at the end. */
  readonly folder: string;
  /** The server's process. */
  readonly pid: number;
  /** Makes a database. @param source database to copy. */
  database(name: string, source?: string): Promise<DatabaseAddress>;
  /** Makes a folder that the server itself may use. @returns its path */
  ownFolder(name: string): Promise<string>;
  sql(address: DatabaseAddress, ...statements: string[]): Promise<pg.QueryResult[]>;
}

/** Starts a server that a test may ruin. */
export async function testServer(settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  await ensureTools(["postgres", "zstd"], silent);
  const folder = await mkdtemp(join(tmpdir(), "ss-pg-"));
  const instance = await startInstance({ folder, isolated: false, settings });
  const sql = (address: DatabaseAddress, ...statements: string[]) =>
    withClient(address, async (client) => {
      const results: pg.QueryResult[] = [];
      for (const statement of statements) results.push(await client.query(statement));
      return results;
    });
  return {
    address: instance.address,
    folder,
    pid: instance.pid,
    sql,
    async ownFolder(name) {
      const path = join(folder, name);
      const { uid, gid } = await stat(instance.address.host);
      await mkdir(path, { mode: 0o700 });
      await chown(path, uid, gid);
      return path;
    },
    async database(name, source) {
      const quoted = (one: string) => `"${one.replaceAll('"', '""')}"`;
      await sql(
        instance.address,
        `CREATE DATABASE ${quoted(name)} TEMPLATE ${source === undefined ? "template0" : quoted(source)}`,
      );
      return { ...instance.address, database: name };
    },
    async [Symbol.asyncDispose]() {
      await instance[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A database with something of everything that a dump holds. */
export const everything: readonly string[] = [
  `CREATE EXTENSION IF NOT EXISTS hstore`,
  `CREATE SCHEMA sales`,
  `CREATE TYPE sales.state AS ENUM ('open', 'paid')`,
  `CREATE DOMAIN sales.email AS text CHECK (VALUE ~ '@')`,
  `CREATE TABLE sales.customers (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, email sales.email NOT NULL UNIQUE,
     "odd Name" text COLLATE "C", tags hstore, picture bytea, at timestamptz DEFAULT '2026-01-02 03:04:05.678901+00',
     share float8, wide numeric, length int GENERATED ALWAYS AS (char_length(email)) STORED)`,
  `INSERT INTO sales.customers (email, "odd Name", tags, picture, share, wide)
     SELECT 'c' || n || '@x.test', CASE WHEN n % 3 = 0 THEN NULL ELSE E'line\\n\\t\\\\' || n END,
            hstore('k', n::text), decode(md5(n::text), 'hex'), n / 7.0, 1e30 + n FROM generate_series(1, 3000) n`,
  `CREATE TABLE sales.bills (customer int REFERENCES sales.customers, number text, state sales.state DEFAULT 'open')
     PARTITION BY LIST (state)`,
  `CREATE TABLE sales.bills_open PARTITION OF sales.bills FOR VALUES IN ('open')`,
  `CREATE TABLE sales.bills_paid PARTITION OF sales.bills FOR VALUES IN ('paid')`,
  `INSERT INTO sales.bills SELECT n, 'B' || n, CASE WHEN n % 2 = 0 THEN 'paid' ELSE 'open' END::sales.state FROM generate_series(1, 500) n`,
  `CREATE TABLE log (line text)`,
  `INSERT INTO log SELECT 'same' FROM generate_series(1, 10)`,
  `INSERT INTO log VALUES (NULL), (''), ('other')`,
  `CREATE INDEX log_line ON log (lower(line)) WHERE line <> ''`,
  `CREATE SEQUENCE numbers START 5 INCREMENT 3`,
  `SELECT nextval('numbers')`,
  `CREATE VIEW sales.paid AS SELECT * FROM sales.bills WHERE state = 'paid'`,
  `CREATE MATERIALIZED VIEW sales.totals AS SELECT state, count(*) FROM sales.bills GROUP BY 1`,
  `CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$`,
  `CREATE TRIGGER touched BEFORE UPDATE ON sales.customers FOR EACH ROW EXECUTE FUNCTION touch()`,
  `CREATE STATISTICS sales.both ON customer, number FROM sales.bills`,
  `COMMENT ON TABLE log IS 'what happened'`,
  `SELECT lo_from_bytea(70001, decode(repeat('ab', 5000), 'hex'))`,
  `SELECT lo_from_bytea(70002, decode(repeat('cd', 1200000), 'hex'))`,
];

/** Roles and grants; once a server. */
export const roles: readonly string[] = [
  `CREATE ROLE clerk`,
  `CREATE ROLE ada LOGIN PASSWORD 'pa:ss\\word' IN ROLE clerk`,
  `ALTER ROLE ada SET statement_timeout = '10s'`,
];

/** Grants within a database; after {@link roles}. */
export const grants: readonly string[] = [
  `GRANT USAGE ON SCHEMA sales TO clerk`,
  `GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA sales TO clerk`,
  `GRANT UPDATE (email) ON sales.customers TO ada`,
  `GRANT SELECT ON LARGE OBJECT 70001 TO clerk`,
  `ALTER DEFAULT PRIVILEGES IN SCHEMA sales GRANT SELECT ON TABLES TO ada`,
  `ALTER TABLE log OWNER TO clerk`,
];

/** Rows that writers were told are committed, while they write. */
export interface Writers {
  /** What they were told is committed by now, as `lane:number`. */
  committed(): ReadonlySet<string>;
  /** Ends them, and tells how many were committed, and the longest that one commit took, in milliseconds. */
  stop(): Promise<{ readonly committed: ReadonlySet<string>; readonly longest: number }>;
}

/** Starts writers that insert into `ledger (lane, number)`, each as fast as it is told. */
export async function startWriters(address: DatabaseAddress, lanes: number): Promise<Writers> {
  await withClient(address, (client) =>
    client.query(
      "CREATE TABLE IF NOT EXISTS ledger (lane int, number int, filler text, PRIMARY KEY (lane, number))",
    ),
  );
  const committed = new Set<string>();
  let longest = 0;
  let running = true;
  const work = Array.from({ length: lanes }, async (_, lane) => {
    const client = clientOf(address);
    await client.connect();
    for (let number = 0; running; number += 1) {
      const began = performance.now();
      await client.query("INSERT INTO ledger VALUES ($1, $2, repeat('x', 100))", [lane, number]);
      longest = Math.max(longest, performance.now() - began);
      committed.add(`${lane}:${number}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await client.end();
  });
  return {
    committed: () => committed,
    async stop() {
      running = false;
      await Promise.all(work);
      return { committed, longest };
    },
  };
}
