import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { withClient } from "../../engines/comparison/index.js";
import { misdirect, withRedirection } from "./testing/misdirect.js";
import { type Office, startOffice } from "./testing/office.js";

let office: Office;
/** Where points are restored to be verified. */
let staging: string;
/** Labels of a point that is whole, and of one that was taken of a damaged database. */
let whole: string;
let damaged: string;

beforeAll(async () => {
  office = await startOffice((backups) => backups.map((one) => ({ ...one, direct: ["office"] })));
  staging = join(office.folder, "staging");
  await mkdir(staging, { mode: 0o711 });
  await office.archive();
  await office.machine.sql(...withRedirection("notes"));
  whole = await backup();
});
afterAll(() => office[Symbol.asyncDispose]());

async function backup(): Promise<string> {
  const out = await office.succeed("backup", "tickets", "--kind", "physical", "--json");
  return JSON.parse(out).points[0].label;
}
const verify = (...args: string[]) =>
  office.on("verify", "--kind", "physical", "--identity", office.holder, "--json", ...args);
const drill = (...args: string[]) => verify("--level", "restored", "--staging", staging, ...args);
const points = async () => JSON.parse(await office.succeed("points", "--kind", "physical", "--json")).points;

test("C15, D16: a drill draws a physical point by lot and restores it where it can be thrown away; nothing is left of it", async () => {
  const { code, out, err } = await drill("--days", "7", "--sample", "1");
  expect(code, err).toBe(0);
  expect(JSON.parse(out).points).toMatchObject([
    { label: whole, level: "restored", faults: [], recorded: true },
  ]);
  expect(await points()).toMatchObject([{ label: whole, verification: { level: "restored", faults: [] } }]);
  expect(await readdir(staging)).toEqual([]);
});

test("C15: without a kind a drill draws from dumps and physical points alike, and says of which there is none", async () => {
  const either = ["--level", "restored", "--sample", "1", "--direct", "--staging", staging];
  const both = () => office.on("verify", ...either, "--identity", office.holder, "--json");
  const alone = await both();
  expect(alone, alone.err).toMatchObject({
    code: 0,
    err: expect.stringContaining("there is no dump or copy to draw one from"),
  });
  expect(JSON.parse(alone.out)).toMatchObject({ points: [{ label: whole, level: "restored" }] });

  await office.machine.sql("CREATE DATABASE desk");
  await withClient({ ...office.machine.address, database: "desk" }, (desk) =>
    desk.query("CREATE TABLE notes AS SELECT 1 AS id"),
  );
  await office.succeed("backup", "tickets", "--kind", "logical");
  const { code, out, err } = await both();
  expect(code, err).toBe(0);
  const { points: physical, dumps } = JSON.parse(out);
  expect(physical).toMatchObject([{ label: whole, level: "restored", faults: [] }]);
  expect(dumps).toMatchObject([{ site: "office", points: [{ level: "restored", faults: [] }] }]);
});

test("a physical point is known by its name, whether or not its kind is said", async () => {
  const named = ["--point", whole, "--level", "restored", "--staging", staging];
  const { code, out, err } = await office.on("verify", ...named, "--identity", office.holder, "--json");
  expect(code, err).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ points: [{ label: whole, level: "restored" }], dumps: [] });
});

test("C15: a point of a server in Kubernetes is restored in a Pod that a stack deployed, and by nobody else's verify", async () => {
  const own = await readFile(office.plan, "utf8");
  await writeFile(office.plan, own.replace('"runs":"server"', '"runs":"kubernetes"'));
  try {
    expect(await drill("--sample", "1")).toMatchObject({
      ...{ code: 1, err: expect.stringContaining("there is no physical point to draw") },
    });
    vi.stubEnv("KUBERNETES_SERVICE_HOST", "192.0.2.1");
    vi.stubEnv("SECONDSITE_SITE", "desk");
    const { code, out, err } = await drill("--sample", "1");
    expect(code, err).toBe(0);
    expect(JSON.parse(out).points).toMatchObject([{ label: whole, level: "restored", faults: [] }]);
    expect(await readdir(staging)).toEqual([]);
  } finally {
    for (const name of ["KUBERNETES_SERVICE_HOST", "SECONDSITE_SITE"]) vi.stubEnv(name, undefined);
    await writeFile(office.plan, own);
  }
});

test("C15: a point of a database that was damaged already is found by restoring it alone, and not chosen again", async () => {
  await misdirect(office.machine, "notes");
  damaged = await backup();
  expect(await verify("--level", "structural")).toMatchObject({ code: 0 });

  const { code, out } = await drill("--point", damaged);
  expect(code).toBe(1);
  expect(JSON.parse(out).points).toMatchObject([
    { label: whole, level: "structural", faults: [] },
    { label: damaged, level: "restored", faults: [{ item: "restore" }], recorded: true },
  ]);
  const problem = expect.stringMatching(
    /found: restore: the database is damaged: .*line pointer redirection/,
  );
  expect(await points()).toMatchObject([{ label: damaged, problem }, { label: whole }]);
  // What is not restored shows nothing of it.
  expect(await verify("--level", "structural")).toMatchObject({ code: 0 });
  const look = await office.on("restore", "--into-folder", join(office.folder, "none"));
  expect(look.out).toContain(`from      ${whole} of epoch 1 at office`);
  expect(await readdir(staging)).toEqual([]);
});

test("C5: without a key at hand, what could be seen of dumps and physical points is said, and what could not", async () => {
  const { code, out, err } = await office.on("verify", "--level", "structural", "--site", "office", "--json");
  expect(code, err).toBe(3);
  const said = JSON.parse(out);
  expect(said.copies).toMatchObject([{ site: "office", damage: [] }]);
  const closed = expect.stringMatching(/passphrase\.json .* is wrapped for age1.*; --identity <file>/);
  expect(said).toMatchObject({
    repositories: [],
    unread: [{ site: "office", epoch: 1, unverified: closed }],
  });
  expect(said.dumps.flatMap(({ points }: { points: object[] }) => points)).toContainEqual(
    expect.objectContaining({ unverified: expect.stringMatching(/is wrapped for age1/) }),
  );
  const read = await office.on("verify", "--level", "structural", "--site", "office");
  expect(read.out).toContain("? tickets at office, epoch 1: its files are not read here: ");
});

test("what cannot be drawn or is not there is refused", async () => {
  expect(await drill("--point", "20200101-000000F")).toMatchObject({
    code: 2,
    err: expect.stringContaining('no copy has a physical point "20200101-000000F"'),
  });
  expect(await verify("--sample", "1")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--level restored"),
  });
});
