import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { password } from "../../engines/pulumi-state/testing/project.js";
import { killedCommand } from "../sealed/testing/killed-command.js";
import { missedOffsite } from "../sealed/testing/random-damage.js";
import { seedOf } from "../testing/seed.js";
import { type StateDesk, startStateDesk } from "./testing/state-desk.js";

const dataset = "infrastructure-state";
const prod = "organization/chat/prod";
const dev = "organization/chat/dev";
const checkpointKey = ".pulumi/stacks/chat/prod.json";

let world: StateDesk;
/** The stack as it was when the first point was taken. */
let exports: unknown;
/** Label of the first point. */
let label: string;

beforeAll(async () => {
  world = await startStateDesk();
  exports = JSON.parse(await world.project.pulumi("stack", "export", "--stack", "prod"));
  const { code, out, err } = await world.on("backup", dataset, "--json");
  expect({ code, err: err.match(/secondsite: .*/)?.[0] }).toEqual({ code: 0, err: undefined });
  label = JSON.parse(out).label;
});
afterAll(() => world?.desk[Symbol.asyncDispose]());

const identity = () => ["--identity", world.desk.holders[0] ?? ""];
const about = ["--dataset", dataset];
const json = async (command: string, ...args: string[]) => {
  const { code, out, err } = await world.on(command, "--dataset", dataset, ...args, "--json");
  return { code, err, answer: out === "" ? undefined : JSON.parse(out) };
};
/** A folder that has to be there when something is restored into it. */
const emptyFolder = () => mkdtemp(join(world.desk.folder, "elsewhere-"));
const restored = (into: string, ...args: string[]) =>
  world.on("restore", ...about, "--into-backend", into, "--point", label, ...identity(), ...args);
const filesBelow = async (folder: string) => {
  const all = await readdir(folder, { recursive: true, withFileTypes: true });
  return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
};
const offsite = () => join(world.desk.offsite, "desk-offsite-customer");

test("C19: state is in every direct copy at once, and nobody without a key reads a resource's name in it", async () => {
  const { answer } = await json("points");
  const one = { dataset, kind: "copy", label, epoch: 1 };
  expect(answer.dumps).toHaveLength(2);
  for (const site of ["office", "offsite"])
    expect(answer.dumps).toContainEqual(expect.objectContaining({ ...one, site }));
  const files = await filesBelow(join(offsite(), "points", dataset, "copy", label));
  expect(files.map((file) => file.slice(file.indexOf(label) + label.length + 1)).sort()).toEqual([
    ".pulumi/meta.yaml",
    ".pulumi/stacks/chat/dev.json",
    checkpointKey,
    "point.json",
  ]);
  for (const file of files) expect((await readFile(file)).includes("test:index:Thing")).toBe(false);
});

test("C19: it is restored elsewhere, and the stacks go on there as if nothing had happened", async () => {
  const into = await emptyFolder();
  const look = await world.on("restore", ...about, "--into-backend", into, "--at", new Date().toISOString());
  expect(look).toMatchObject({ code: 0 });
  expect(look.out).toContain(`into      file://${into}\n            ${dev}\n            ${prod}\n`);
  expect(look.out).toContain("Nothing was changed. Add --yes to act.");
  expect(await readdir(into)).toEqual([]);

  const done = await restored(into, "--yes");
  expect(done, done.err).toMatchObject({ code: 0 });
  expect(done.out).toContain(`next      pulumi login file://${into}\n`);
  expect(done.out).toContain(`next      pulumi preview --stack ${prod}\n`);
  const there = world.project.at(`file://${into}`);
  expect(JSON.parse(await there.pulumi("stack", "export", "--stack", "prod"))).toEqual(exports);
  expect(await there.pulumi("preview", "--expect-no-changes", "--stack", "prod")).toMatch(/4 unchanged/);
  expect(await there.pulumi("stack", "output", "password", "--show-secrets", "--stack", "prod")).toBe(
    password,
  );

  for (const more of [[], ["--yes"]]) {
    const again = await restored(into, ...more);
    expect(again.code).toBe(2);
    expect(again.err).toContain(`file://${into} holds already ${dev}, ${prod}: nothing is overwritten`);
  }
});

test("C19: without a key at hand nothing is touched", async () => {
  const into = await emptyFolder();
  const { code, err } = await world.on(
    "restore",
    ...about,
    "--into-backend",
    into,
    "--yes",
    "--site",
    "office",
  );

  expect(code).toBe(3);
  expect(err).toMatch(/data-000001\.json .* is wrapped for age1/);
  expect(err).not.toContain("    at ");
  expect(await readdir(into)).toEqual([]);
});

/** Restores into a folder and kills it at the first file that appears in one of its folders, while it is unfinished. */
async function killedAt(watched: string): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const into = await emptyFolder();
    await mkdir(join(into, watched), { recursive: true });
    const command = ["restore", world.desk.plan, ...about, "--into-backend", into, "--point", label, "--yes"];
    const args = [...command, ...identity(), ...world.desk.places];
    await killedCommand(args, { at: "file", nth: 1 }, undefined, join(into, watched));
    if ((await readdir(join(into, ".pulumi"))).includes("secondsite-restore.json")) return into;
  }
  throw new Error("it was always quicker");
}

test.each([".pulumi", ".pulumi/stacks/chat"])(
  "C19: a restore that is killed is carried on by the same command, and ends the same: at the first file in %s",
  async (watched) => {
    const into = await killedAt(watched);
    const other = await world.on(
      ...(["restore", ...about, "--into-backend", into, "--stack", "prod", ...identity(), "--yes"] as const),
    );
    expect(other.code).toBe(2);
    expect(other.err).toContain(
      `a restore of ${dev}, ${prod} from ${label} into file://${into} was broken off`,
    );
    const done = await restored(into, "--yes", "--json");
    expect(done, done.err).toMatchObject({ code: 0 });
    expect(JSON.parse(done.out)).toMatchObject({ restored: true, result: { stacks: [dev, prod] } });
    const files = await filesBelow(into);
    expect(files.map((file) => file.slice(into.length + 1)).sort()).toEqual([
      ".pulumi/meta.yaml",
      ".pulumi/stacks/chat/dev.json",
      checkpointKey,
    ]);
    const there = world.project.at(`file://${into}`);
    expect(JSON.parse(await there.pulumi("stack", "export", "--stack", "prod"))).toEqual(exports);
  },
);

test("C19: a changed byte is found, a good copy is named, and restores take that one", async () => {
  const file = join(offsite(), "points", dataset, "copy", label, checkpointKey);
  const before = await readFile(file);
  const damaged = Buffer.from(before);
  damaged[400] = (damaged[400] ?? 0) ^ 1;
  await writeFile(file, damaged);
  const { code, answer } = await json("verify");
  expect(code).toBe(1);
  const at = (site: string) => answer.dumps.find((copy: { site: string }) => copy.site === site).points;
  expect(at("offsite")).toMatchObject([
    {
      faults: [{ item: `points/${dataset}/copy/${label}/${checkpointKey}` }],
      instead: { site: "office", label },
    },
  ]);
  expect(at("office")).toMatchObject([{ faults: [], recorded: true }]);
  const { answer: chosen } = await json("restore", "--into-backend", await emptyFolder());
  expect(chosen.point).toMatchObject({ label, site: "office" });
  await writeFile(file, before);
});

test("C19: a drill restores one drawn by lot with Pulumi itself; the point is verified then", async () => {
  const drill = await json(
    "verify",
    "--level",
    "restored",
    "--sample",
    "1",
    "--site",
    "office",
    ...identity(),
  );
  expect(drill, drill.err).toMatchObject({ code: 0 });
  expect(drill.answer.dumps).toMatchObject([
    { dataset, kind: "copy", points: [{ label, level: "restored", faults: [], recorded: true }] },
  ]);
  const { answer } = await json("points");
  expect(answer.dumps.find((one: { site: string }) => one.site === "office").verification).toMatchObject({
    ...{ level: "restored", faults: [] },
  });
});

test("C19: status, keys and locks know it; retention keeps what somebody holds", async () => {
  const status = JSON.parse((await world.on("status", "--json")).out);
  expect(status.dumps).toContainEqual(
    expect.objectContaining({
      dataset,
      site: "office",
      kind: "copy",
      newest: expect.objectContaining({ label }),
    }),
  );
  const keys = JSON.parse((await world.onGroup("keys", "status", "--dataset", dataset, "--json")).out);
  expect(keys.keys.map(({ id }: { id: string }) => id)).toEqual([
    expect.stringMatching(/^data-/),
    expect.stringMatching(/^signing-/),
  ]);
  const locks = JSON.parse((await world.onGroup("locks", "extend", "--dataset", dataset, "--json")).out);
  expect(locks.map(({ site, unlocked }: { site: string; unlocked?: string }) => [site, unlocked])).toEqual([
    ["office", undefined],
    ["offsite", `${offsite()} has no locks`],
  ]);

  expect((await world.on("backup", dataset)).code).toBe(0);
  expect((await json("verify")).code).toBe(0);
  const reason = [...about, "--reason", "court"];
  expect((await world.on("points", "hold", label, ...reason)).code).toBe(0);
  const held = await json("prune", "--yes");
  expect(held.answer.map(({ done }: { done: { points: number } }) => done.points)).toEqual([0, 0]);
  expect((await world.on("points", "release", label, ...reason)).code).toBe(0);
  const pruned = await json("prune", "--yes", "--site", "office");
  expect(pruned.answer).toMatchObject([{ site: "office", done: { points: 1, objects: 4 } }]);
});

test("C19, faults 2 and 6: each of 100 bytes that are changed anywhere in kept state, entries and keys is found", async () => {
  const seed = seedOf("SECONDSITE_DAMAGE_SEED");
  expect(await missedOffsite(world.desk, { dataset, kind: "copy" }, 100, seed)).toEqual([]);
});

test("C19: into a folder of one's own, and from there", async () => {
  const output = join(world.desk.folder, "medium");
  const made = await world.on("backup", dataset, "--output", output);
  expect(made, made.err).toMatchObject({ code: 0 });
  const into = await emptyFolder();
  const from = [...about, "--from", output];
  const done = await world.on("restore", "--into-backend", into, ...from, ...identity(), "--yes");
  expect(done, done.err).toMatchObject({ code: 0 });
  expect(await readFile(join(into, checkpointKey), "utf8")).toContain("test:index:Thing");
});

test.each([
  [["backup", "deployments"], /"deployments" is configuration in "git", which is not kept yet/],
  [
    ["backup", "cloud"],
    /source\.reference "https:\/\/api\.pulumi\.com\/desk" is at "https:\/\/", which is not supported/,
  ],
  [["backup", dataset, "--kind", "logical"], /has no backup called "logical"; it has copy/],
  [
    ["restore", "--dataset", dataset, "--kind", "copy"],
    /is Pulumi's state, not a database[\s\S]*--into-backend/,
  ],
  [
    ["restore", "--dataset", "tickets", "--kind", "logical", "--into-backend", "/tmp"],
    /"tickets" is a database, not Pulumi's state/,
  ],
  [
    ["restore", "--dataset", dataset, "--into-backend", "https://api.pulumi.com"],
    /--into-backend is at "https:\/\/"/,
  ],
  [
    ["restore", "--dataset", dataset, "--into-backend", "/tmp", "--to", "spare"],
    /a restore into a backend takes no --to/,
  ],
  [
    ["restore", "--dataset", dataset, "--into-backend", "/tmp", "--stack", "moon"],
    /holds no stack "moon"; it holds .*dev, .*prod/,
  ],
  [
    ["restore", "--dataset", "tickets", "--kind", "logical", "--stack", "prod"],
    /a restore without --into-backend takes no --stack/,
  ],
] as const)("C19: what cannot be right is one clear error: %j", async ([command, ...args], message) => {
  const { code, err } = await world.on(command, ...args);

  expect(err).toMatch(message);
  expect(err).not.toContain("    at ");
  expect(code).toBe(2);
});

test("C19: a backend without a stack is no backup, and no copy has a point of it", async () => {
  const before = await filesBelow(join(offsite(), "points"));
  await rm(join(world.desk.store.data ?? "", "desk-state"), { recursive: true });
  await mkdir(join(world.desk.store.data ?? "", "desk-state"));
  const { code, err } = await world.on("backup", dataset);

  expect(code).toBe(1);
  expect(err).toMatch(/holds no stack: an empty state is no backup/);
  expect(await filesBelow(join(offsite(), "points"))).toEqual(before);
});
