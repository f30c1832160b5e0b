import { spawn } from "node:child_process";
import { readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateIdentity } from "age-encryption";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { logicalEngine } from "../../engines/postgres-logical/index.js";
import { captureSealed } from "../../engines/sealed/capture.js";
import { loadPlan } from "../../plans/load.js";
import { sealedJob } from "./job.js";
import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";
import { lyingTools } from "./testing/lying-tools.js";

let desk: FaultDesk;
let [older, newest]: [string, string] = ["", ""];
let holder = "";

beforeAll(async () => {
  desk = await startFaultDesk();
  [holder = ""] = desk.holders;
  [older, newest] = [await desk.dump(), await desk.dump()];
});
afterEach(() => desk.proxy.inject(() => "none"));
afterAll(() => desk?.[Symbol.asyncDispose]());

const into = "elsewhere";
const restore = (...more: string[]) =>
  desk.on("restore", "--kind", "logical", "--into", into, "--yes", ...more);
const refused = { operation: "restore", exitCode: 2, outcome: "refused" } as const;
const failed = { operation: "restore", exitCode: 3, outcome: "failed" } as const;

/** Databases beside the source, templates and the maintenance database. */
async function databases(): Promise<string[]> {
  const [found] = await desk.server.sql(
    desk.server.address,
    "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname NOT IN ('postgres', 'desk') ORDER BY 1",
  );
  return (found?.rows ?? []).map(({ datname }) => datname);
}
const drop = (name: string) => desk.server.sql(desk.server.address, `DROP DATABASE IF EXISTS "${name}"`);

test("fault 7: a key that does not open it is named before the target is touched", async () => {
  const wrong = join(desk.folder, "wrong.txt");
  await writeFile(wrong, `${await generateIdentity()}\n`, { mode: 0o600 });
  const answer = await restore("--identity", wrong);

  expect(await databases()).toEqual([]);
  await afterFault(desk, answer, { ...failed, says: /data-000\d+\.json .* is wrapped for age1/, newest });
});

test("fault 28: a maintenance database, one in use and another server than was meant are refused, unchanged", async () => {
  const maintenance = await restore("--identity", holder, "--into", "postgres");
  await afterFault(desk, maintenance, { ...refused, says: /is a maintenance database/, newest });

  const other = await restore("--identity", holder, "--system", "12345");
  await afterFault(desk, other, { ...refused, says: /identifier is \d+, expected 12345/, newest });

  const used = await desk.server.database("used");
  const busy = desk.server.sql(used, "SELECT pg_sleep(5)");
  const running = await restore("--identity", holder, "--into", "used");
  await busy;
  await afterFault(desk, running, { ...refused, says: /"used" is in use by 1 connections/, newest });
  expect(await databases()).toEqual(["used"]);
  await drop("used");
});

test("control of faults 7, 24 and 28: with its key and a target of its own it restores; a second time it is refused", async () => {
  const done = { operation: "restore", exitCode: 0, outcome: "done", says: /is done/, newest } as const;
  await afterFault(desk, await restore("--identity", holder), done);
  const same = await restore("--identity", holder);
  expect(same).toMatchObject({
    code: 0,
    out: expect.stringContaining(`--replace ${newest} restores it once more`),
  });
  const again = await restore("--identity", holder, "--point", older);
  await afterFault(desk, again, { ...refused, says: /holds a finished restore of point/, newest });
  const replaced = await restore("--identity", holder, "--point", older, "--replace", newest);
  await afterFault(desk, replaced, done);
  for (const name of await databases()) await drop(name);
});

test("fault 29: a time before the window is refused with the window; one within takes the older point", async () => {
  const before = await restore("--identity", holder, "--at", "2020-01-01T00:00:00Z");
  await afterFault(desk, before, {
    ...{ operation: "restore", exitCode: 1, outcome: "refused", newest },
    says: /no point of "tickets" can be restored for 2020-01-01T00:00:00Z: the oldest one holds 20/,
  });
  const { out } = await desk.secondsite("points", desk.plan, "--json", "--site", "office", ...desk.places);
  const between = JSON.parse(out).dumps.find(({ label }: { label: string }) => label === older).finishedAt;
  await afterFault(desk, before, {
    ...{ operation: "restore", exitCode: 1, outcome: "refused", says: /window|oldest/ },
    ...{ newest: older, restoreWith: ["--at", between] },
  });
});

test("fault 24: a restore that is killed leaves no target that looks whole; run again it ends as if nothing had been", async () => {
  const args = ["restore", desk.plan, "--kind", "logical", "--into", into, "--identity", holder, "--yes"];
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, "../bin/secondsite.mjs"), ...args, ...desk.places],
    { detached: true, stdio: ["ignore", "ignore", "pipe"] },
  );
  const ended = new Promise((resolve) => child.once("exit", resolve));
  await new Promise<void>((resolve) =>
    child.stderr.on("data", (said: Buffer) => {
      if (said.includes("restoring")) resolve();
    }),
  );
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await ended;
  expect(await databases()).not.toContain(into);
  expect((await databases()).length).toBe(1);

  await silent(join(desk.folder, "state"));
  const again = await restore("--identity", holder);
  expect(await databases()).toEqual([into]);
  const done = { operation: "restore", exitCode: 0, outcome: "done", says: /is done/, newest } as const;
  await afterFault(desk, again, done);
  const { out } = await desk.secondsite("audit", desk.plan, "--json", "--last", "999", ...desk.places);
  expect(JSON.parse(out).records).toContainEqual(
    expect.objectContaining({ operation: "restore", dataset: "tickets", outcome: "failed", exitCode: 137 }),
  );
  await drop(into);
});

/** Ages the locks of whoever was killed below a folder, since nobody wants to wait until they count no more. */
async function silent(folder: string): Promise<void> {
  const names = await readdir(folder, { recursive: true });
  const locks = names.filter((name) => name.endsWith(".lock"));
  expect(locks).toHaveLength(1);
  for (const name of locks) await utimes(join(folder, name), new Date(0), new Date(0));
}

test.for<[string, string, RegExp]>([
  ["a table's rows", "--exclude-table-data=log", /table public\.log/],
  ["every grant", "--no-privileges", /grants on/],
])(
  "fault 25: a dump that lacks %s is found by comparison, though every checksum holds",
  async ([, lacks, says]) => {
    const label = await lyingDump(lacks);
    const only = ["--kind", "logical", "--point", label];
    const answer = await restore("--identity", holder, "--point", label);
    expect(await databases()).toEqual([]);
    // Checksums alone say that it is as it was stored.
    expect(await desk.on("verify", ...only)).toMatchObject({ code: 0 });
    const deep = await desk.on("verify", ...only, "--level", "restored", "--identity", holder);
    expect(deep).toMatchObject({ code: 1, out: expect.stringMatching(says) });

    expect(answer).toMatchObject({ code: 1, err: expect.stringMatching(/is not what was captured/) });
    await afterFault(desk, deep, { operation: "verify", exitCode: 1, outcome: "done", says, newest });
  },
);

/** Dumps into every copy with a pg_dump that leaves something out. @returns the point's label */
async function lyingDump(lacks: string): Promise<string> {
  const tools = await lyingTools(join(desk.folder, `tools${lacks}`), { lacks });
  const store = [`office=${desk.office}`, `offsite=${desk.offsite}`];
  const { direct, recipients, kind } = await sealedJob(await loadPlan(desk.plan), "tickets", { store });
  const source = {
    address: desk.database,
    as: "owner",
    rows: "hashed apart",
    tools: { postgres: tools },
  } as const;
  const { facts } = await captureSealed(
    { engine: logicalEngine(), source, kind, takenAt: "desk", epoch: 1, copies: direct, recipients },
    { staging: desk.folder, say: () => undefined },
  );
  return facts.label;
}
