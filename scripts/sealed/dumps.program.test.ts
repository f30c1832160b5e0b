import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";

import { compareDatabases } from "../../engines/comparison/index.js";
import { type Desk, startDesk } from "./testing/desk.js";

let desk: Desk;

beforeAll(async () => {
  desk = await startDesk();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const backup = (...more: string[]) =>
  desk.secondsite("backup", desk.plan, "tickets", "--kind", "logical", ...desk.places, "--json", ...more);

/** Files below a folder that stand for objects. */
async function objects(folder: string): Promise<string[]> {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
}

test("B2: a dump is in every direct copy at once, sealed, by whoever has no key that opens it", async () => {
  const { code, out, err } = await backup();

  expect({ code, err: err.match(/secondsite: .*/)?.[0] }).toEqual({ code: 0, err: undefined });
  const { label, copies } = JSON.parse(out);
  expect(copies).toMatchObject([
    { site: "office", key: "manifests/tickets/e000001/00000001.json" },
    { site: "offsite", key: "manifests/tickets/e000001/00000001.json" },
  ]);
  const files = await objects(desk.offsite);
  expect(
    files.filter((file) => file.includes(`/points/tickets/logical/${label}/`)).length,
  ).toBeGreaterThanOrEqual(5);
  for (const file of files) expect((await readFile(file)).includes("c1@x.test")).toBe(false);
});

test("B10, F9: with either holder's file it is restored elsewhere, and equals the source by content", async () => {
  for (const [index, holder] of desk.holders.entries()) {
    const into = `restored_${index}`;
    const site = ["office", "offsite"][index] ?? "";
    const args = [desk.plan, "--kind", "logical", "--into", into, "--site", site, ...desk.places];
    const look = await desk.secondsite("restore", ...args);
    expect(look).toMatchObject({ code: 0 });
    expect(look.out).toContain(`switched in as "${into}"`);
    expect(look.out).toContain("Nothing was changed.");

    const done = await desk.secondsite("restore", ...args, "--identity", holder, "--yes", "--json");
    expect(done).toMatchObject({ code: 0 });
    expect(JSON.parse(done.out)).toMatchObject({ restored: true, point: { site } });
    expect(await compareDatabases(desk.database, { ...desk.server.address, database: into })).toEqual([]);
  }
});

test("without a key at hand nothing is touched, and who could open it is named", async () => {
  const { code, err } = await desk.secondsite(
    ...[
      "restore",
      desk.plan,
      "--kind",
      "logical",
      "--into",
      "never",
      "--site",
      "office",
      ...desk.places,
      "--yes",
    ],
  );

  expect(code).toBe(3);
  expect(err).toMatch(/data-000001\.json .* is wrapped for age1/);
  expect(err).not.toContain("    at ");
  const { rows } =
    (await desk.server.sql(desk.server.address, "SELECT 1 FROM pg_database WHERE datname = 'never'"))[0] ??
    {};
  expect(rows).toEqual([]);
});

test("fault 19: of two runs at once one captures, the other exits with its own code", async () => {
  const both = await Promise.all([backup(), backup()]);

  expect(both.map(({ code }) => code).sort()).toEqual([0, 4]);
});

test("a copy that does not answer fails by itself; the other has the point", async () => {
  const gone = ["--store", "offsite=http://127.0.0.1:9"];
  const office = desk.places.slice(0, 2);
  const { code, out } = await desk.secondsite(
    ...["backup", desk.plan, "tickets", "--kind", "logical", "--json", ...office, ...gone],
  );

  expect(code).toBe(3);
  const { copies } = JSON.parse(out);
  expect(copies[0]).toMatchObject({ site: "office", key: expect.stringContaining("manifests/") });
  expect(copies[1]).toMatchObject({ site: "offsite", failure: expect.stringContaining("127.0.0.1") });
});

test("the store that is asked first may be lost: the others still get the point", async () => {
  const gone = ["--store", "office=http://127.0.0.1:9", ...desk.places.slice(2)];
  const { code, out, err } = await desk.secondsite(
    ...["backup", desk.plan, "tickets", "--kind", "logical", "--json", ...gone],
  );

  expect(code).toBe(3);
  expect(err).toContain("office does not answer, the lease is taken at the next copy");
  const { copies } = JSON.parse(out);
  expect(copies).toMatchObject([
    { site: "offsite", key: expect.stringContaining("manifests/") },
    { site: "office", failure: expect.stringContaining("127.0.0.1") },
  ]);
});

test.each([
  [
    "that is not there",
    (folder: string) => join(folder, "mistyped"),
    /there is no folder .*mistyped; .*mkdir/,
  ],
  [
    "in which nobody may write",
    () => "/proc",
    /writing .* below \/proc\/desk-offsite-customer failed: ENOENT/,
  ],
])("a folder %s is a copy that fails, in the end, and is not made", async (_, placeIn, says) => {
  const place = placeIn(desk.folder);
  const places = [...desk.places.slice(0, 2), "--store", `offsite=${place}`];
  const { code, out } = await desk.secondsite(
    ...["backup", desk.plan, "tickets", "--kind", "logical", "--json", ...places],
  );

  expect(code).toBe(3);
  const { copies } = JSON.parse(out);
  expect(copies[0]).toMatchObject({ site: "office", key: expect.stringContaining("manifests/") });
  expect(copies[1]).toMatchObject({ site: "offsite", failure: expect.stringMatching(says) });
  expect(await readdir(desk.folder)).not.toContain("mistyped");
  const listed = await desk.secondsite("points", desk.plan, "--site", "offsite", ...places);
  if (place !== "/proc") expect(listed.out).toMatch(/tickets at offsite does not answer: there is no folder/);
});

test("B9: one command puts a backup into a folder, and another restores it from there", async () => {
  const output = join(desk.folder, "chosen");
  const made = await desk.secondsite("backup", desk.plan, "tickets", "--output", output, ...desk.places);
  expect(made).toMatchObject({ code: 0 });

  const args = ["restore", desk.plan, "--from", output, "--into", "from_folder", "--yes", ...desk.places];
  expect(await desk.secondsite(...args, "--identity", desk.holders[0] ?? "")).toMatchObject({ code: 0 });
  expect(await compareDatabases(desk.database, { ...desk.server.address, database: "from_folder" })).toEqual(
    [],
  );
});

test("C5: a dump that no key at hand opens is not verified and says so; the others are", async () => {
  const plan = JSON.parse(await readFile(desk.plan, "utf8"));
  const stranger = await identityToRecipient(await generateIdentity());
  plan.keys.recovery.recipients[1] = stranger;
  const elsewhere = join(desk.folder, "other.json");
  await writeFile(elsewhere, JSON.stringify(plan));
  const made = await desk.secondsite(
    "backup",
    elsewhere,
    "tickets",
    "--kind",
    "logical",
    "--json",
    ...desk.places,
  );
  const { label } = JSON.parse(made.out);
  const verify = async (...more: string[]) => {
    const args = [desk.plan, "--kind", "logical", "--level", "structural", "--json", ...desk.places];
    const { code, out, err } = await desk.secondsite("verify", ...args, ...more);
    return { code, dumps: out === "" ? [] : JSON.parse(out).dumps, err };
  };
  type Point = { label: string; unverified?: string; recorded: boolean; faults: unknown[] };

  for (const site of ["office", "offsite"]) {
    const { code, dumps, err } = await verify("--site", site, "--identity", desk.holders[1] ?? "");
    const points: Point[] = dumps[0]?.points ?? [];
    expect(points.filter((one) => one.label !== label).length, err).toBeGreaterThan(1);
    for (const one of points) {
      const own = one.label === label;
      expect(one.faults).toEqual([]);
      expect(one.recorded).toBe(!own);
      expect(one.unverified).toEqual(own ? expect.stringContaining(`is wrapped for age1`) : undefined);
    }
    expect(code).toBe(3);
  }
  // What is damaged says more: here that a copy does not answer.
  expect((await verify("--identity", desk.holders[1] ?? "")).code).toBe(1);
});

test("a database in use is not switched under those who use it", async () => {
  const client = desk.server.sql({ ...desk.database }, "SELECT pg_sleep(3)");
  const { code, err } = await desk.secondsite(
    ...["restore", desk.plan, "--kind", "logical", "--site", "office", ...desk.places, "--yes"],
    ...["--identity", desk.holders[0] ?? ""],
  );
  await client;

  expect(code).toBe(2);
  expect(err).toContain(`"desk" is in use by 1 connections`);
});

test("B11: the safety backup of a restore is restored by name only: another restore still takes what was dumped before", async () => {
  await desk.server.sql(desk.database, "CREATE TABLE mistake (id int)", "INSERT INTO mistake VALUES (1)");
  const hooks = join(desk.folder, "hooks.json");
  await writeFile(hooks, JSON.stringify({ stopWriters: ["true"], startWriters: ["true"] }));
  const [holder = ""] = desk.holders;
  const restore = async (...more: string[]) => {
    const args = [desk.plan, "--kind", "logical", "--json", ...desk.places, ...more];
    const { code, out, err } = await desk.secondsite("restore", ...args);
    expect(code, err).toBe(0);
    return JSON.parse(out);
  };
  const before = (await restore()).point.label;
  const { result } = await restore("--hooks", hooks, "--identity", holder, "--yes");
  const safety = result.safety.label;

  expect(result.restored.label).toBe(before);
  expect((await restore()).point.label).toBe(before);
  const now = ["--at", new Date().toISOString()];
  const listed = await desk.secondsite("points", desk.plan, "--json", ...now, ...desk.places);
  const { set, dumps } = JSON.parse(listed.out);
  expect(set).toMatchObject([{ label: before }]);
  expect(dumps[0]).toMatchObject({ label: safety, before });
  const { out } = await desk.secondsite("points", desk.plan, ...desk.places);
  expect(out).toMatch(/a\s+safety\s+backup/);
  await restore("--point", safety, "--into", "mistaken", "--identity", holder, "--yes");
  const [found] = await desk.server.sql({ ...desk.database, database: "mistaken" }, "SELECT id FROM mistake");
  expect(found?.rows).toEqual([{ id: 1 }]);
});
