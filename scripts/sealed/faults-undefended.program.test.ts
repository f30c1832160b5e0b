// What each defence is for: the same fault with the defence gone round.
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";

import { contentOf, differences, withClient } from "../../engines/comparison/index.js";
import type { Part, PartReader } from "../../engines/engine.js";
import { logicalEngine, partNames, restoreNames } from "../../engines/postgres-logical/index.js";
import { loadDump } from "../../engines/postgres-logical/load.js";
import { switchIn } from "../../engines/postgres-logical/switch.js";
import { testServer } from "../../engines/postgres-logical/testing/world.js";
import { captureSealed } from "../../engines/sealed/capture.js";
import { candidates } from "../../engines/sealed/choose.js";
import { loadPlan } from "../../plans/load.js";
import { type JobLeaseHeld, takeJobLease } from "../../vault/index.js";
import { sealedJob } from "./job.js";
import { type FaultDesk, openedPoint, startFaultDesk } from "./testing/fault.js";
import { lyingTools } from "./testing/lying-tools.js";
import { newerServer } from "./testing/newer-server.js";

let desk: FaultDesk;
let [older, newest]: [string, string] = ["", ""];

beforeAll(async () => {
  desk = await startFaultDesk();
  [older, newest] = [await desk.dump(), await desk.dump()];
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** Databases of the desk's server whose name begins with something. */
async function databases(prefix: string): Promise<string[]> {
  const [found] = await desk.server.sql(
    desk.server.address,
    "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1",
  );
  return (found?.rows ?? []).map(({ datname }) => datname).filter((name) => name.startsWith(prefix));
}

/** A run that takes down what it says. */
function run() {
  const said: string[] = [];
  return { said, staging: desk.folder, say: (line: string) => void said.push(line) };
}

/** Captures what is live as a command does, but for what it looks at first. */
async function captured(tools?: string, address = desk.database) {
  const store = [`office=${desk.office}`, `offsite=${desk.offsite}`];
  const { direct, recipients, kind } = await sealedJob(await loadPlan(desk.plan), "tickets", { store });
  const source = {
    address,
    as: "owner",
    ...(tools === undefined ? {} : { tools: { postgres: tools } }),
  } as const;
  const running = run();
  const capture = { engine: logicalEngine(), source, kind, takenAt: "desk", epoch: 1 } as const;
  const result = captureSealed({ ...capture, copies: direct, recipients }, running);
  return { ...running, result };
}

/** A reader of which one part is something else. */
const through = (
  parts: PartReader,
  name: string,
  read: (part: Part) => AsyncIterable<Uint8Array>,
): PartReader => ({
  label: parts.label,
  read: (part) => (part.name === name ? read(part) : parts.read(part)),
});

test("fault 7: without the key's being opened first, a target would have been made by the time that it turns out wrong", async () => {
  const { point, parts } = await openedPoint(desk, newest);
  const late = through(parts, partNames.dump, () => {
    throw new Error("no key at hand opens it");
  });
  const target = { server: desk.server.address, database: "late" };
  const running = run();

  await expect(logicalEngine().restore(point, late, target, running)).rejects.toThrow("no key at hand");
  expect(running.said).toContainEqual(expect.stringMatching(/^restoring .* into "late__next_/));
  const [identity = ""] = desk.holders;
  const wrong = ["--identity", identity, "--point", newest, "--system", "12345", "--into", "late", "--yes"];
  const refused = await desk.on("restore", "--kind", "logical", ...wrong);
  expect(refused.err).not.toContain("__next_");
});

test("fault 19: without the lease both runs capture, and the work is done twice", async () => {
  const both = await Promise.all([captured(), captured()]);
  const points = await Promise.all(both.map(({ result }) => result));

  const labels = points.map(({ facts }) => facts.label);
  for (const { copies } of points) expect(copies.every(({ appended }) => appended)).toBe(true);
  expect(new Set(labels).size).toBe(2);
  const { all } = await openedPoint(desk, newest);
  expect(all.map(({ point }) => point.label)).toEqual(expect.arrayContaining(labels));
  newest = labels.sort().at(-1) ?? "";
});

test("fault 19: a lease without an end would never be recovered from a run that died", async () => {
  const { office: store } = desk.stores;
  const dead = await takeJobLease({ store, job: "undefended", holder: "dead", ttlSeconds: 1e9 });
  const heir = (): Promise<unknown> =>
    takeJobLease({ store, job: "undefended", holder: "heir" }).catch((error: JobLeaseHeld) => error.hint);

  expect(await heir()).toMatch(/taken over 1000000002 s after/);
  await dead.release();
});

test("fault 24: loaded straight into the database that people use, a restore that is ended leaves half of one that looks whole", async () => {
  const { point, parts } = await openedPoint(desk, newest);
  const straight = await desk.server.database("straight");
  const cut = through(parts, partNames.dump, async function* (part) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of parts.read(part)) chunks.push(chunk);
    const all = Buffer.concat(chunks);
    yield all.subarray(0, all.length / 2);
    // What came by then is loaded by then.
    await sleep(1_000);
    throw new Error("it was killed");
  });
  await expect(loadDump(point, cut, straight, desk.folder)).rejects.toThrow("it was killed");

  const wanted = desk.known.contents.values().next().value;
  if (!wanted) throw new Error("nothing was remembered");
  expect(await databases("straight")).toEqual(["straight"]);
  expect(differences(wanted, await contentOf(straight)).length).toBeGreaterThan(0);
});

test("fault 26: a client that said it were new enough would begin, and be stopped by nobody but itself", async () => {
  await using newer = await newerServer();
  const tools = await lyingTools(`${desk.folder}/tools-lying`, { version: "18.0" });
  const { said, result } = await captured(tools, newer.database);

  await expect(result).rejects.toThrow(/server version mismatch/);
  expect(said).toContainEqual(expect.stringMatching(/^dumping "desk" .* with pg_dump 18\.0$/));
});

test("fault 28: without the look at the target a maintenance database would be replaced, and another server be restored into", async () => {
  await using other = await testServer();
  const names = restoreNames("postgres", newest);
  await other.database(names.next);
  const aside = { ...other.address, database: "template1" };
  await withClient(aside, (client) => switchIn(client, names, newest, { database: "postgres" }));
  const [found] = await other.sql(
    aside,
    "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1",
  );
  expect(found?.rows.map(({ datname }) => datname)).toEqual(["postgres", names.previous]);

  // Nobody said which system it has to be.
  const [identity = ""] = desk.holders;
  const anywhere = ["--point", older, "--into", "anywhere", "--identity", identity, "--yes"];
  expect(await desk.on("restore", "--kind", "logical", ...anywhere)).toMatchObject({ code: 0 });
});

test("fault 29: without a look at the time, a point would be taken that holds what came after it", async () => {
  const { all } = await openedPoint(desk, newest);
  const [first] = all;
  if (!first) throw new Error("there is no point");
  const moment = Date.parse(first.at) * 1_000 - 1;

  expect(candidates(all, moment)).toEqual([]);
  const taken = candidates(all, Number.POSITIVE_INFINITY);
  expect(taken.every(({ at }) => Date.parse(at) * 1_000 > moment)).toBe(true);
  expect(taken.length).toBe(all.length);
});

test("fault 41: without the other copy, or without a holder's file, nothing of it could be restored", async () => {
  desk.proxy.inject(() => "cut-request");
  const restore = (...more: string[]) =>
    desk.on("restore", "--kind", "logical", "--into", "gone", "--yes", ...more);
  const [identity = ""] = desk.holders;
  const alone = await restore("--site", "office", "--identity", identity);
  const locked = await restore();
  desk.proxy.inject(() => "none");

  expect(alone).toMatchObject({ code: 1, err: expect.stringMatching(/office does not answer/) });
  expect(locked).toMatchObject({ code: 3, err: expect.stringMatching(/is wrapped for age1/) });
  expect(await databases("gone")).toEqual([]);
});
