import { cp, mkdir, open, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { type Desk, startDesk } from "./testing/desk.js";

let desk: Desk;
const labels: string[] = [];
let vault: string;

beforeAll(async () => {
  desk = await startDesk({ keep: { count: 2 } });
  vault = join(desk.offsite, "desk-offsite-customer");
  for (let count = 0; count < 4; count += 1) {
    const { out } = await on("backup", "tickets", "--kind", "logical", "--json");
    labels.push(JSON.parse(out).label);
  }
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const on = (command: string, ...args: string[]) => {
  const [first = "", ...rest] = args;
  return desk.secondsite(command, desk.plan, first, ...rest, ...desk.places);
};
const json = async (command: string, ...args: string[]) => {
  const { code, out, err } = await on(command, ...args, "--json");
  expect(out, err).not.toBe("");
  return { code, answer: JSON.parse(out) };
};
/** What a restore from the disk's copy says that it would do. */
const wouldRestore = async () => (await on("restore", "--kind", "logical", "--site", "offsite")).out;
const label = (index: number) => labels[index] ?? "";
const held = (dropped: { id: string; kept: boolean }[]) =>
  dropped.filter(({ kept }) => !kept).map(({ id }) => id);

test("points lists every dump at every copy; one that does not answer hides no other", async () => {
  const { code, answer } = await json("points", "--dataset", "tickets");

  expect(code).toBe(0);
  const at = (site: string) => answer.dumps.filter((one: { site: string }) => one.site === site);
  for (const site of ["office", "offsite"])
    expect(at(site).map((one: { label: string }) => one.label)).toEqual(labels.toReversed());
  const { out } = await on("points", "--dataset", "tickets");
  expect(out).toContain("tickets at branch does not answer");
  expect(out).toMatch(/never verified/);
  // It has dumps and physical backups, both by the plan: that it is silent is said once.
  const places = ["--store", `office=${desk.folder}/nowhere`, "--store", `offsite=${desk.folder}/nowhere`];
  const gone = await desk.secondsite("points", desk.plan, "--dataset", "tickets", ...places);
  expect(gone.out.match(/tickets at offsite does not answer/g)).toHaveLength(1);
  expect(gone.code).toBe(1);
});

test("B14: points --at names the newest dump before a time, and what is lost", async () => {
  const { answer } = await json("points", "--dataset", "tickets");
  const second = answer.dumps.find((one: { label: string }) => one.label === label(1));
  const { answer: then } = await json("points", "--dataset", "tickets", "--at", second.finishedAt);

  expect(then.set).toMatchObject([{ dataset: "tickets", kind: "logical", label: label(1) }]);
  expect(then.set[0].lossSeconds).toBeGreaterThan(0);
  expect(then.set[0].lossSeconds).toBeLessThan(60);
});

test("a time before the first dump is answered with when dumps begin", async () => {
  const { code, err } = await on("points", "--site", "offsite", "--at", "2020-01-01T00:00:00Z");

  expect(code).toBe(1);
  expect(err).toMatch(/no dump of "tickets" covers 2020-01-01T00:00:00.000000Z: the oldest one holds 20\d\d/);
});

test.each([
  ["verify", ["--kind", "weekly"], /has no points called "weekly"[\s\S]*it has logical/],
  ["verify", ["--point", "20200101T000000Z-00000000", "--site", "offsite"], /no copy has a point "2020/],
  ["prune", ["--kind", "weekly", "--yes"], /has no points called "weekly"/],
  ["prune", ["--dataset", "cache", "--yes"], /no dataset with backups called "cache"/],
  ["prune", ["--site", "moon"], /has no site called "moon"[\s\S]*copies are at office, offsite, branch/],
  [
    "prune",
    ["--kind", "physical"],
    /each run drops[\s\S]*try: secondsite points \/\S+ --kind physical shows/,
  ],
  ["points", ["--kind", "weekly"], /has no points called "weekly"/],
  ["points", ["--dataset", "cache"], /no dataset with backups called "cache"/],
] as const)("%s of what is not there is no job well done: %j", async (command, args, message) => {
  const { code, err } = await on(command, ...args);

  expect(err).toMatch(message);
  expect(code).toBe(2);
});

test("verify by name is not content with a copy that has no dump", async () => {
  await mkdir(join(desk.folder, "empty"));
  const empty = ["--site", "offsite", "--store", `offsite=${desk.folder}/empty`];
  const { code, out } = await desk.secondsite("verify", desk.plan, "--days", "7", ...empty);

  expect(code).toBe(1);
  expect(out).toContain("tickets at offsite: there is no logical point of the last 7 days");
});

test("a hold that a copy did not hear of is no hold everywhere, and says so", async () => {
  const places = ["--store", "office=http://127.0.0.1:9", ...desk.places.slice(2)];
  const hold = (action: string) =>
    desk.secondsite(
      ...["points", desk.plan, action, label(0), "--dataset", "tickets", "--reason", "court", ...places],
    );
  const { code, out, err } = await hold("hold");

  expect(out).toBe(`${label(0)} is held at offsite\n`);
  expect(err).toContain("not at office, which does not answer: ");
  expect(code).toBe(3);
  expect(await hold("release")).toMatchObject({ code: 3 });
});

test("an object that is no key costs neither the points of other keys nor the next one", async () => {
  const key = (name: string) => join(vault, "keys/tickets", name);
  const bad = [key("data-000800.json"), key("signing-000800.json")];
  for (const file of bad) await writeFile(file, "nonsense");
  const { code, answer } = await json("points", "--site", "offsite");

  expect(code).toBe(0);
  expect(answer.dumps.filter((one: { problem?: string }) => one.problem === undefined)).toHaveLength(4);
  const { out } = await on("points", "--site", "offsite");
  for (const file of bad) expect(out).toContain(`${basename(file)} at ${vault} is not a wrapped key`);
  expect(await on("points", "hold", label(0), "--dataset", "tickets", "--reason", "x")).toMatchObject({
    code: 0,
  });
  expect(await on("points", "release", label(0), "--dataset", "tickets", "--reason", "x")).toMatchObject({
    code: 0,
  });
  for (const file of bad) await rm(file);
});

test("fault 17: while no point is verified nothing is dropped, and the answer is no", async () => {
  const { code, answer } = await json("prune", "--site", "offsite", "--yes");

  expect(code).toBe(1);
  expect(answer).toMatchObject([{ site: "offsite", refused: "nothing is dropped: no point is verified" }]);
  expect((await json("points", "--site", "offsite")).answer.dumps).toHaveLength(4);
});

test("C5: verify records what it found in the point's chain, at each level", async () => {
  const first = ["--point", label(0), "--site", "offsite", "--identity", desk.holders[0] ?? ""];
  for (const level of ["stored", "structural", "restored"]) {
    const { code, answer } = await json("verify", ...first, "--level", level);
    expect({ level, code }).toEqual({ level, code: 0 });
    expect(answer.dumps[0].points).toMatchObject([{ label: label(0), level, faults: [], recorded: true }]);
  }
  const { answer } = await json("points", "--site", "offsite");
  const found = answer.dumps.find((one: { label: string }) => one.label === label(0));
  expect(found.verification).toMatchObject({ level: "restored", faults: [] });
});

test("status shows each copy's newest dump against the objective, and what was last found good", async () => {
  const { code, answer } = await json("status");

  expect(code).toBe(0);
  const newest = { label: label(3), ageSeconds: expect.any(Number) };
  expect(answer.dumps).toMatchObject([
    { site: "office", met: true, newest },
    { site: "offsite", met: true, newest, verified: { label: label(0), level: "restored" } },
    { site: "branch", met: false, unreachable: expect.stringContaining("desk-branch-customer") },
  ]);
});

test("B3: a look changes nothing; a held point stays; the newest verified one stays whatever retention says", async () => {
  // Of four, two are kept by number and the first as the only verified one.
  expect(held((await json("prune", "--site", "offsite")).answer[0].points)).toEqual(["1/2"]);
  expect((await json("points", "--site", "offsite")).answer.dumps).toHaveLength(4);

  const hold = (action: string) =>
    on("points", action, label(1), "--dataset", "tickets", "--site", "offsite", "--reason", "court order 7");
  expect(await hold("hold")).toMatchObject({ code: 0 });
  expect(held((await json("prune", "--site", "offsite", "--yes")).answer[0].points)).toEqual([]);
  expect(await hold("release")).toMatchObject({ code: 0 });

  const { code, answer } = await json("prune", "--site", "offsite", "--yes");
  expect(code).toBe(0);
  expect(answer[0].done.points).toBe(1);
  const left = await readdir(join(vault, "points/tickets/logical"));
  expect(left.sort()).toEqual([0, 2, 3].map(label).sort());
  // The other copy has its own chain, and no verification: it keeps all.
  expect((await json("points", "--site", "office")).answer.dumps).toHaveLength(4);
});

test("fault 10: what a killed run left is collected once it is old, and never before", async () => {
  const points = join(vault, "points/tickets/logical");
  const [old, fresh] = ["20200101T000000Z-00000000", "20200101T000000Z-11111111"];
  for (const name of [old, fresh]) await cp(join(points, label(3)), join(points, name), { recursive: true });
  const then = new Date(Date.now() - 2 * 86_400_000);
  for (const file of await readdir(join(points, old))) await utimes(join(points, old, file), then, then);
  await on("prune", "--site", "offsite", "--yes");

  expect((await readdir(points)).sort()).toEqual([fresh, ...[0, 2, 3].map(label)].sort());
});

test("a prune waits for no run that lives, and takes over from one that died", async () => {
  const leases = join(vault, "leases/jobs/tickets/logical");
  const [newest = ""] = (await readdir(leases)).sort().reverse();
  const file = join(leases, newest);
  const released = await readFile(file, "utf8");
  await writeFile(file, released.replace("released", "held"));
  const living = await on("prune", "--site", "offsite", "--yes");
  const then = new Date(Date.now() - 600_000);
  await utimes(file, then, then);
  const dead = await on("prune", "--site", "offsite", "--yes");

  expect(living.err).toMatch(/"tickets\/logical" is being done by .*, last seen/);
  expect([living.code, dead.code]).toEqual([4, 0]);
});

test("fault 2: a flipped byte is found and named, and another good point is offered; it is chosen no more", async () => {
  const file = join(vault, "points/tickets/logical", label(3), "dump.pgc.zst");
  const before = await readFile(file);
  const handle = await open(file, "r+");
  await handle.write(Buffer.from([(before[1_000] ?? 0) ^ 1]), 0, 1, 1_000);
  await handle.close();
  const { code, answer } = await json("verify", "--site", "offsite", "--point", label(3));

  expect(code).toBe(1);
  const [point] = answer.dumps[0].points;
  expect(point.faults[0].item).toBe(`points/tickets/logical/${label(3)}/dump.pgc.zst`);
  expect(point.instead).toMatchObject({ label: label(2), site: "offsite" });
  expect(await wouldRestore()).toContain(`from      ${label(2)} at offsite`);
});

test("fault 11: a point whose object is gone is listed as unusable and never chosen", async () => {
  await rm(join(vault, "points/tickets/logical", label(2), "dump.pgc.zst"));
  const { answer } = await json("points", "--site", "offsite");

  expect(answer.dumps.find((one: { label: string }) => one.label === label(2)).problem).toMatch(
    /dump.pgc.zst is missing/,
  );
  expect(await wouldRestore()).toContain(`from      ${label(0)} at offsite`);
});

test("fault 9: with this machine's clock a day off nothing is dropped, and the difference is said", async () => {
  for (const off of [-86_400_000, 86_400_000]) {
    vi.useFakeTimers({ now: Date.now() + off, toFake: ["Date"] });
    const { code, answer } = await json("prune", "--site", "offsite", "--yes");
    vi.useRealTimers();
    expect(code).toBe(1);
    expect(answer[0].refused).toMatch(
      /this machine's clock and the store's are 86\d{3} s apart: one of them is wrong/,
    );
  }
});
