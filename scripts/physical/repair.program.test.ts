import { open, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { machineOn } from "./testing/machine.js";
import { misdirect, withRedirection } from "./testing/misdirect.js";
import { type Office, startOffice } from "./testing/office.js";

let office: Office;
let hooks: string;
/** What the programs around a repair wrote, a line each. */
const called = async () => (await readFile(join(office.folder, "called"), "utf8")).trim().split("\n");

beforeAll(async () => {
  office = await startOffice((backups) => backups.map((one) => ({ ...one, direct: ["office"] })));
  await office.archive();
  await office.machine.sql(
    "CREATE TABLE ledger (id int PRIMARY KEY, note text)",
    "CREATE INDEX by_note ON ledger (note)",
    "INSERT INTO ledger SELECT n, md5(n::text) FROM generate_series(1, 5000) n",
    "CHECKPOINT",
  );
  await office.succeed("backup", "tickets", "--kind", "physical");
  hooks = join(office.folder, "hooks.json");
  const write = (what: string) => ["sh", "-c", `echo ${what} >> ${join(office.folder, "called")}`];
  await writeFile(
    hooks,
    JSON.stringify({ stopWriters: write("stop"), startWriters: write("start"), validate: write("validate") }),
  );
});
afterAll(() => office[Symbol.asyncDispose]());

/** Overwrites bytes in the middle of a page of a relation, beneath a server that is stopped. */
async function corrupt(relation: string, page: number): Promise<void> {
  const { machine } = office;
  const [found] = await machine.sql(`SELECT pg_relation_filepath('${relation}') AS path`, "CHECKPOINT");
  const path = join(machine.data, found?.rows[0]?.path);
  await machine.stop();
  const file = await open(path, "r+");
  await file.write(Buffer.alloc(512, 0xa5), 0, 512, page * 8192 + 4000);
  await file.close();
  await machine.start();
}

const repair = (...args: string[]) =>
  office.on("repair", "tickets", "--hooks", hooks, "--identity", office.holder, ...args);

test("C7: whole data is said to be whole, and nobody is stopped", async () => {
  expect(await repair("--yes")).toMatchObject({ code: 0, out: "Nothing is damaged.\n" });
  await expect(called()).rejects.toThrow();
});

test("C7: a damaged index is named, rebuilt from its table while writers are stopped, and they run again", async () => {
  await corrupt("by_note", 3);
  const look = await office.on("repair", "tickets");
  expect(look).toMatchObject({
    code: 1,
    out: expect.stringContaining("btree index postgres.public.by_note"),
  });

  const done = await repair("--yes");
  expect(done, done.err).toMatchObject({
    code: 0,
    out: expect.stringContaining("rebuilt index postgres.public.by_note from its table"),
  });
  expect(await called()).toEqual(["stop", "start", "validate"]);
  expect(await office.on("repair", "tickets")).toMatchObject({ code: 0 });
});

test("C7: a damaged table whose rows can be read is rewritten where rebuilding its index is not enough, and holds them all", async () => {
  const { machine } = office;
  await machine.sql(...withRedirection("notes"));
  await misdirect(machine, "notes");
  const unseen = await machine.sql("SET enable_seqscan = off", "SELECT note FROM notes WHERE id = 7");
  expect(unseen[1]?.rows).toEqual([]);
  await expect(machine.sql("REINDEX INDEX notes_pkey")).rejects.toThrow("failed to find parent tuple");
  const look = await office.on("repair", "tickets");
  expect(look).toMatchObject({
    code: 1,
    out: expect.stringMatching(/heap table postgres\.public\.notes: line pointer redirection/),
  });

  const done = await repair("--yes");
  expect(done, done.err).toMatchObject({
    code: 0,
    out: expect.stringContaining("rewrote table postgres.public.notes, 100 rows, with its indexes"),
  });
  expect((await called()).slice(-3)).toEqual(["stop", "start", "validate"]);
  const seen = await machine.sql("SET enable_seqscan = off", "SELECT note FROM notes WHERE id = 7");
  expect(seen[1]?.rows).toEqual([{ note: "seen" }]);
  expect(await office.on("repair", "tickets")).toMatchObject({ code: 0 });
});

test("C7: a damaged table whose rows are lost is restored with all that was committed, and writers stay stopped", async () => {
  await office.machine.sql("INSERT INTO ledger VALUES (9999, 'after the backup')");
  await corrupt("ledger", 2);
  const into = join(await office.room(), "data");
  const done = await repair("--yes", "--into-folder", into);
  expect(done, done.err).toMatchObject({ code: 1, out: expect.stringContaining("Writers are stopped") });
  expect(done.err).toContain("postgres.public.ledger cannot be rebuilt");
  expect((await called()).at(-1)).toBe("stop");

  await using restored = machineOn(into);
  await restored.start();
  const [ledger] = await restored.sql("SELECT count(*)::int AS count, max(id) AS last FROM ledger");
  expect(ledger?.rows).toEqual([{ count: 5001, last: 9999 }]);
});

test("C7: nothing is touched without a way to stop writers", async () => {
  expect(await office.on("repair", "tickets", "--yes")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--hooks <file>"),
  });
});
