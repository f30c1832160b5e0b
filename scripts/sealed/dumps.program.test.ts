import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

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

describe("refused, with one message and nothing changed", () => {
  test.each([
    [
      "a dataset that is none",
      ["backup", "PLAN", "cache"],
      2,
      /no PostgreSQL dataset called "cache"[\s\S]*it has tickets/,
    ],
    [
      "a backup that is none",
      ["backup", "PLAN", "tickets", "--kind", "weekly"],
      2,
      /no backup called "weekly"; it has logical, physical/,
    ],
    [
      "a place for no site",
      ["backup", "PLAN", "tickets", "--kind", "logical", "--store", "moon=/x"],
      2,
      /names site "moon"/,
    ],
    [
      "a place that is none",
      ["backup", "PLAN", "tickets", "--kind", "logical", "--store", "moon"],
      2,
      /--store takes <site>=<folder or address>, got "moon"/,
    ],
    [
      "an identity that is none",
      ["restore", "PLAN", "--kind", "logical", "--identity", "PLAN"],
      3,
      /what was given is no age identity|holds one identity/,
    ],
    [
      "an identity that is not there",
      ["restore", "PLAN", "--kind", "logical", "--identity", "/none"],
      2,
      /--identity \/none cannot be read: ENOENT/,
    ],
    [
      "a time that is none",
      ["restore", "PLAN", "--kind", "logical", "--at", "yesterday"],
      2,
      /"yesterday" is not a time/,
    ],
    [
      "a time and a point",
      ["restore", "PLAN", "--kind", "logical", "--at", "2026-01-01T00:00:00Z", "--point", "x"],
      2,
      /give one of them/,
    ],
    [
      "a time before the first",
      ["restore", "PLAN", "--kind", "logical", "--at", "2020-01-01T00:00:00Z", "PLACES"],
      1,
      /no point of "tickets" can be restored for 2020-01-01T00:00:00Z: the oldest one holds 20/,
    ],
    [
      "a port that is none",
      ["restore", "PLAN", "--kind", "logical", "PLACES", "PORT"],
      2,
      /PGPORT is no port: "db"/,
    ],
  ] as const)("%s", async (_, args, expected, message) => {
    const port = args.some((one) => one === "PORT");
    if (port) process.env.PGPORT = "db";
    const given = args.flatMap((one) =>
      one === "PLAN" ? [desk.plan] : one === "PLACES" ? desk.places : one === "PORT" ? [] : [one],
    );
    const { code, err } = await desk.secondsite(...given);
    if (port) delete process.env.PGPORT;

    expect(err).toMatch(message);
    expect(code).toBe(expected);
    expect(err).not.toMatch(/AGE-SECRET-KEY-1[A-Z0-9]{4}|\n {4}at /);
  });
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
