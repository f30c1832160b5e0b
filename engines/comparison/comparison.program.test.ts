import { afterAll, beforeAll, expect, test } from "vitest";

import { everything, grants, roles, type TestServer, testServer } from "../postgres-logical/testing/world.js";
import { compareDatabases, contentOf, type DatabaseAddress, differences, type Fingerprint } from "./index.js";

let server: TestServer;
let original: DatabaseAddress;

beforeAll(async () => {
  server = await testServer();
  await server.sql(server.address, ...roles);
  original = await server.database("original");
  await server.sql(original, ...everything, ...grants);
});
afterAll(() => server[Symbol.asyncDispose]());

/** What the comparer says of a copy to which something was done. */
async function after(name: string, ...statements: string[]): Promise<string[]> {
  const copy = await server.database(name, "original");
  try {
    await server.sql(copy, ...statements);
    return (await compareDatabases(original, copy)).map(({ message }) => message);
  } finally {
    await server.sql(server.address, `DROP DATABASE ${name}`);
  }
}

test("equal databases are equal, whatever the order of rows without a key", async () => {
  expect(
    await after(
      "equal",
      "CREATE TEMP TABLE t AS SELECT * FROM log",
      "DELETE FROM log",
      "INSERT INTO log SELECT * FROM t ORDER BY line DESC",
    ),
  ).toEqual([]);
});

test("where in the log a column came to be, which newer PostgreSQL notes among its options, is no content", async () => {
  const noted = (options: string) =>
    after(
      "noted",
      // As any release can have it: nobody but the server sets it otherwise.
      "SET allow_system_table_mods = on",
      `UPDATE pg_attribute SET attoptions = '{${options}}' WHERE attrelid = 'log'::regclass AND attname = 'line'`,
    );

  expect(await noted("pg_attver=26317032")).toEqual([]);
  expect(await noted("pg_attver=26317032,n_distinct=5")).toEqual([
    expect.stringMatching(/^column public\.log\.line is ".*options n_distinct=5,/),
  ]);
});

test.for<[string, string[], RegExp]>([
  [
    "one byte of a bytea",
    [
      "UPDATE sales.customers SET picture = set_byte(picture, 3, 1 + get_byte(picture, 3) % 255) WHERE id = 1234",
    ],
    /^table sales\.customers has 3000 rows as expected, but not the same ones: the first is row 1234 by key, \(1234\)$/,
  ],
  [
    "NULL in place of an empty text, in a table without a key",
    ["UPDATE log SET line = NULL WHERE line = ''"],
    /^table public\.log has 13 rows as expected, but not the same ones$/,
  ],
  [
    "one of several equal rows",
    ["DELETE FROM log WHERE ctid = '(0,1)'"],
    /log has 12 rows; 13 were expected/,
  ],
  [
    "a row that is gone",
    ["DELETE FROM sales.customers WHERE id = 3000"],
    /customers has 2999 rows; 3000 were expected: the first is row 3000 by key, \(3000\), which is missing/,
  ],
  [
    "a row of a partition",
    ["UPDATE sales.bills SET number = 'Z' WHERE customer = 2"],
    /sales\.bills_paid has 250 rows/,
  ],
  [
    "a materialised view that was not refreshed",
    ["REFRESH MATERIALIZED VIEW sales.totals WITH NO DATA"],
    /totals/,
  ],
  [
    "one byte of a large object's second MiB",
    ["SELECT lo_put(70002, 1150000, '\\x00')"],
    /^there are 2 large objects as expected, but not with the same content: the first is 70002$/,
  ],
  [
    "a large object that is gone",
    ["SELECT lo_unlink(70001)"],
    /there are 1 large objects; 2 were expected: the first is 70002 where 70001 was expected/,
  ],
  [
    "a sequence that is one step on",
    ["SELECT nextval('numbers')"],
    /^sequence public\.numbers stands at 8; 5 was expected$/,
  ],
  [
    "a sequence whose value was not handed out",
    ["SELECT setval('numbers', 5, false)"],
    /^sequence public\.numbers stands at 5 \(not handed out yet\); 5 was expected$/,
  ],
  [
    "a grant that is gone",
    ["REVOKE INSERT ON sales.customers FROM clerk"],
    /^grants on table sales\.customers is .*clerk: SELECT;.*expected .*clerk: INSERT, SELECT/,
  ],
  [
    "a grant on a column",
    ["REVOKE UPDATE (email) ON sales.customers FROM ada"],
    /^grants on column sales\.customers\.email is missing$/,
  ],
  [
    "a grant on a large object",
    ["REVOKE SELECT ON LARGE OBJECT 70001 FROM clerk"],
    /^grants on large object 70001 is/,
  ],
  [
    "a grant to the public",
    ["GRANT SELECT ON log TO PUBLIC"],
    /^grants on table public\.log is .*PUBLIC: SELECT/,
  ],
  [
    "default privileges",
    ["ALTER DEFAULT PRIVILEGES IN SCHEMA sales REVOKE SELECT ON TABLES FROM ada"],
    /^grants on new objects \(r\) of postgres in sales is missing$/,
  ],
  ["an owner", ["ALTER TABLE log OWNER TO postgres"], /^grants on table public\.log is "owner postgres/],
  ["an index that is gone", ["DROP INDEX log_line"], /^index public\.log_line is missing$/],
  [
    "an index on something else",
    ["DROP INDEX log_line", "CREATE INDEX log_line ON log (line)"],
    /^index public\.log_line is .*expected .*lower\(line\)/,
  ],
  [
    "a constraint",
    ["ALTER TABLE sales.bills DROP CONSTRAINT bills_customer_fkey"],
    /^constraint bills_customer_fkey on sales\.bills is missing$/,
  ],
  [
    "a column's type",
    ["ALTER TABLE log ALTER line TYPE varchar(99)"],
    /^column public\.log\.line is "character varying\(99\)/,
  ],
  [
    "a column's default",
    ["ALTER TABLE sales.customers ALTER at DROP DEFAULT"],
    /^column sales\.customers\.at is/,
  ],
  ["a new column", ["ALTER TABLE log ADD more int"], /^column public\.log\.more was not expected$/],
  [
    "a label of an enumeration",
    ["ALTER TYPE sales.state ADD VALUE 'late'"],
    /^enumeration sales\.state is "'open', 'paid', 'late'"/,
  ],
  [
    "a domain's check",
    ["ALTER DOMAIN sales.email DROP CONSTRAINT email_check"],
    /^constraint email_check on sales\.email is missing$/,
  ],
  [
    "a view",
    ["CREATE OR REPLACE VIEW sales.paid AS SELECT * FROM sales.bills WHERE state = 'open'"],
    /^view sales\.paid as is/,
  ],
  [
    "a function's body",
    ["CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$"],
    /^function public\.touch\(\) is/,
  ],
  [
    "a trigger that is off",
    ["ALTER TABLE sales.customers DISABLE TRIGGER touched"],
    /^trigger touched on sales\.customers is .*enabled D/,
  ],
  ["an extension", ["CREATE EXTENSION citext"], /^extension citext was not expected$/],
  [
    "a policy",
    ["CREATE POLICY own ON log USING (line = 'x')"],
    /^policy own on public\.log was not expected$/,
  ],
  ["row security", ["ALTER TABLE log ENABLE ROW LEVEL SECURITY"], /^table public\.log is .*row security t/],
  [
    "a comment",
    ["COMMENT ON TABLE log IS 'what was'"],
    /^comment on table public\.log is "what was"; expected "what happened"$/,
  ],
  [
    "a database's setting",
    [`ALTER DATABASE "changed" SET work_mem = '9MB'`],
    /^database is .*all: work_mem=9MB/,
  ],
])("B10: %s is found, and only that", async ([, statements, expected]) => {
  const found = await after("changed", ...statements);
  expect(found).toContainEqual(expect.stringMatching(expected));
  // What follows from it may be told too: a column that an extension's type takes along, its grants.
  expect(found.length).toBeLessThan(8);
});

test("a role's attribute, membership and setting count as content", async () => {
  const before = await contentOf(original);
  await server.sql(
    server.address,
    "ALTER ROLE ada CREATEDB",
    "ALTER ROLE ada RESET ALL",
    "REVOKE clerk FROM ada",
  );
  const { roles: changed } = await contentOf(original);
  await server.sql(
    server.address,
    "ALTER ROLE ada NOCREATEDB",
    "ALTER ROLE ada SET statement_timeout = '10s'",
    "GRANT clerk TO ada",
  );
  expect(before.roles["role ada"]).toContain("creates databases f");
  expect(changed["role ada"]).toContain("creates databases t");
  expect([before.roles["membership of ada"], changed["membership of ada"]]).toEqual(["clerk", undefined]);
  expect([before.roles["settings of role ada"], changed["settings of role ada"]]).toEqual([
    "statement_timeout=10s",
    undefined,
  ]);
  expect((await contentOf(original)).roles).toEqual(before.roles);
});

test("a policy that hides rows from the reader is an error, never fewer rows", async () => {
  const hidden = await server.database("hidden");
  await server.sql(
    hidden,
    "CREATE TABLE secrets (id int PRIMARY KEY)",
    "INSERT INTO secrets VALUES (1)",
    "ALTER TABLE secrets ENABLE ROW LEVEL SECURITY",
    "GRANT SELECT ON secrets TO ada",
  );
  await expect(contentOf({ ...hidden, user: "ada" })).rejects.toThrow(/row-level security policy/);
  expect((await contentOf(hidden)).tables["public.secrets"]?.rows).toBe(1);
});

test("a point with hashes of an older form stays comparable, and finds as much", async () => {
  const now = await contentOf(original);
  const older = (by: Fingerprint["by"]): Fingerprint => ({ rows: 0, sha256: "", by });
  const tables = Object.fromEntries(Object.keys(now.tables).map((name) => [name, older("order")]));
  const point = await contentOf(original, { like: { tables, largeObjects: older("order") } });
  // As points were before: in the order of the key, and a sum where there is none.
  expect(point.tables["sales.customers"]?.by).toBe("order");
  expect(point.tables["public.log"]?.by).toBe("multiset");
  expect(point.largeObjects.by).toBe("order");
  const copy = await server.database("older", "original");
  expect(differences(point, await contentOf(copy, { like: point }))).toEqual([]);
  await server.sql(
    copy,
    "UPDATE sales.customers SET share = share + 1 WHERE id = 7",
    "UPDATE log SET line = 'o' WHERE line = 'other'",
    "SELECT lo_put(70001, 3, '\\x00')",
  );
  expect(differences(point, await contentOf(copy, { like: point })).map(({ item }) => item)).toEqual([
    "public.log",
    "sales.customers",
    "large objects",
  ]);
});

test("columns in another order, as inheritance may restore them, hold the same rows", async () => {
  const [one, other] = [await server.database("one_order"), await server.database("other_order")];
  await server.sql(one, "CREATE TABLE t (a int, b text)", "INSERT INTO t VALUES (1, 'x'), (2, NULL)");
  await server.sql(other, "CREATE TABLE t (b text, a int)", "INSERT INTO t VALUES ('x', 1), (NULL, 2)");
  const expected = await contentOf(one);
  const found = await contentOf(other, { like: expected, sessions: 2 });
  expect(found.tables).toEqual(expected.tables);
  expect((await contentOf(other)).tables).not.toEqual(expected.tables);
});
