import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import type { VerificationLevel } from "../../vault/index.js";
import { type Backend, startBackend, storeEnvironment } from "../../vault/testing/backends.js";
import { folderReader, folderWriter } from "../postgres-logical/index.js";
import type { StateBackend } from "./backend.js";
import { openBackend } from "./backend.js";
import { backendPlace } from "./backend-place.js";
import { stateEngine } from "./engine.js";
import type { StatePoint } from "./point.js";
import { bucketBackend, folderBackend } from "./testing/backends.js";
import { password, pulumiFolder, type TestProject, testProject } from "./testing/project.js";

const prod = "organization/chat/prod";
const dev = "organization/chat/dev";
const checkpointKey = ".pulumi/stacks/chat/prod.json";

let folder: string;
let store: Backend;
/** The project at its own backend, a folder, where `prod` was updated and `dev` never was. */
let project: TestProject;
let source: StateBackend;
let said: string[] = [];
let count = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ss-state-"));
  await mkdir(join(folder, "staging"));
  store = await startBackend("versitygw");
  for (const [name, value] of Object.entries(storeEnvironment)) vi.stubEnv(name, value);
  vi.stubEnv("PATH", [await pulumiFolder(), process.env.PATH].join(delimiter));
  source = await folderBackend(join(folder, "source"));
  project = await testProject(folder, source.url);
  for (const stack of ["prod", "dev"]) await project.pulumi("stack", "init", stack);
  await project.pulumi("up", "--yes", "--skip-preview", "--stack", "prod");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await store?.stop();
  await rm(folder, { recursive: true, force: true });
});

const run = () => ({ staging: join(folder, "staging"), say: (line: string) => void said.push(line) });

/** Captures into a folder of its own. */
async function captured(from: StateBackend) {
  said = [];
  const at = join(folder, `point-${++count}`);
  await mkdir(at);
  const point = await stateEngine.capture(from, await folderWriter(at), run());
  return { at, point, parts: folderReader(at) };
}
const verified = (point: StatePoint, at: string, level: VerificationLevel) =>
  stateEngine.verify(point, folderReader(at), level, run());
/** A copy of the source that a test may ruin. */
async function ruinable(): Promise<{ readonly backend: StateBackend; readonly checkpoint: string }> {
  const at = join(folder, `ruined-${++count}`);
  await cp(join(folder, "source"), at, { recursive: true });
  return {
    backend: openBackend(backendPlace(at, "the test"), "us-east-1"),
    checkpoint: join(at, checkpointKey),
  };
}

/** Whether the project goes on at a backend as if nothing had happened. */
async function goesOnAt({ url }: StateBackend, exports: string): Promise<void> {
  const there = project.at(url, storeEnvironment);
  expect(JSON.parse(await there.pulumi("stack", "export", "--stack", "prod"))).toEqual(JSON.parse(exports));
  expect(await there.pulumi("preview", "--expect-no-changes", "--stack", "prod")).toMatch(/4 unchanged/);
  expect(await there.pulumi("stack", "output", "password", "--show-secrets", "--stack", "prod")).toBe(
    password,
  );
}

test("C19: state of a folder is captured without Pulumi and its passphrase, sealed as it was", async () => {
  const { point, at } = await captured(source);

  expect(said).toEqual([]);
  expect(stateEngine.facts(point)).toMatchObject({
    source: { engine: "pulumi", backend: source.url, stacks: `${dev}, ${prod}`, resources: 4 },
    tool: { name: "pulumi", version: expect.stringMatching(/^v3\./) },
    at: expect.stringMatching(/Z$/),
  });
  expect(point.parts.map(({ name }) => name)).toEqual([
    ".pulumi/meta.yaml",
    ".pulumi/stacks/chat/dev.json",
    checkpointKey,
  ]);
  const kept = await readFile(join(at, checkpointKey));
  expect(kept.equals(await readFile(join(folder, "source", checkpointKey)))).toBe(true);
  expect(kept.includes(password)).toBe(false);
  expect(await verified(point, at, "restored")).toEqual({ level: "restored", faults: [], notes: [] });
});

test("C19: from a folder into a bucket and on into a folder; the source is gone, and the stacks go on", async () => {
  const { backend } = await ruinable();
  const exports = await project.at(backend.url).pulumi("stack", "export", "--stack", "prod");
  const first = await captured(backend);
  await rm(backend.url.replace("file://", ""), { recursive: true });

  const bucket = await bucketBackend(store, "elsewhere");
  const restored = await stateEngine.restore(first.point, first.parts, { backend: bucket }, run());
  expect(restored).toEqual({ backend: bucket.url, stacks: [dev, prod], already: 0 });
  await goesOnAt(bucket, exports);

  const second = await captured(bucket);
  for await (const { key } of bucket.store.list("")) await bucket.store.delete(key);
  const home = await folderBackend(join(folder, "home-again"));
  await stateEngine.restore(second.point, second.parts, { backend: home }, run());
  await goesOnAt(home, exports);
});

test("C19: what is there is never overwritten; other stacks are restored beside it", async () => {
  const { point, parts, at } = await captured(source);
  const backend = await folderBackend(join(folder, "beside"));
  const restore = (...stacks: string[]) => stateEngine.restore(point, parts, { backend, stacks }, run());

  expect(await restore("dev")).toMatchObject({ stacks: [dev], already: 0 });
  await expect(restore()).rejects.toMatchObject({
    ...{ exitCode: 2, message: `${backend.url} holds already ${dev}: nothing is overwritten` },
  });
  await expect(readFile(join(folder, "beside", checkpointKey))).rejects.toThrow("ENOENT");
  expect(await restore("chat/prod")).toMatchObject({ stacks: [prod] });
  expect(await readFile(join(folder, "beside", checkpointKey))).toEqual(
    await readFile(join(at, checkpointKey)),
  );
  await expect(restore("staging")).rejects.toThrow(/holds no stack "staging"; it holds .*dev, .*prod/);
  await expect(restore("prod")).rejects.toThrow(/holds already/);
});

test("C19: an update that runs is seen: its lock and what was pending are noted", async () => {
  const { backend } = await ruinable();
  const there = project.at(backend.url);
  const update = there.updating("prod", 6_000);
  const locks = async () => {
    for await (const { key } of backend.store.list(".pulumi/locks/")) return key;
    return undefined;
  };
  for (const until = Date.now() + 20_000; !(await locks()) && Date.now() < until; ) await pause(50);
  const { point, at } = await captured(backend);

  expect(point.source.locked).toEqual([prod]);
  expect(said).toContain(`an update was running on: ${prod}`);
  expect((await verified(point, at, "structural")).notes).toContain(`an update was running on: ${prod}`);
  await update;
  expect((await captured(backend)).point.source.locked).toEqual([]);
});

test("C19: a checkpoint that is replaced all the time is whole in the point, and said to be changing", async () => {
  const { backend, checkpoint } = await ruinable();
  const [one, other] = [await readFile(checkpoint, "utf8"), `${await readFile(checkpoint, "utf8")}\n`];
  let going = true;
  const writer = (async () => {
    for (let turn = 0; going; turn += 1) {
      await writeFile(`${checkpoint}.new`, turn % 2 ? one : other);
      await rename(`${checkpoint}.new`, checkpoint);
      await pause(3);
    }
  })();
  const { point, at } = await captured(backend);
  going = false;
  await writer;

  // Two readings may meet the same content by chance: then it is of one moment, and nothing is said.
  expect([[], [checkpointKey]]).toContainEqual(point.source.changing);
  expect([one, other]).toContain(await readFile(join(at, checkpointKey), "utf8"));
  expect((await verified(point, at, "structural")).faults).toEqual([]);
});

test("C19: a checkpoint that changes once is read again, and the point is of one moment", async () => {
  const { backend, checkpoint } = await ruinable();
  const changed = (await readFile(checkpoint, "utf8")).replace('"plain": "x"', '"plain": "y"');
  let readings = 0;
  // The real store; the change comes when the first reading is over.
  const list: typeof backend.store.list = async function* (prefix) {
    if (prefix === ".pulumi/stacks/" && ++readings === 2) await writeFile(checkpoint, changed);
    yield* backend.store.list(prefix);
  };
  const { point, at } = await captured({ ...backend, store: { ...backend.store, list } });

  expect(said).toContain(`${checkpointKey} changed meanwhile: reading again`);
  expect(point.source.changing).toEqual([]);
  expect(await readFile(join(at, checkpointKey), "utf8")).toBe(changed);
});

test.each([
  ["cut in half", (text: string) => text.slice(0, text.length / 2), /is no JSON/],
  [
    "without a parent",
    (text: string) =>
      text.replace('"urn": "urn:pulumi:prod::chat::test:index:Thing::first"', '"urn": "urn:x"'),
    /names a parent that is not there/,
  ],
  ["of another stack", (text: string) => text.replace(prod, dev), /it says that it is stack .*dev/],
])("C19: a checkpoint %s is kept as it is, and a fault to whoever verifies", async (_, spoilt, fault) => {
  const { backend, checkpoint } = await ruinable();
  await writeFile(checkpoint, spoilt(await readFile(checkpoint, "utf8")));
  const { point, at } = await captured(backend);

  expect((await verified(point, at, "stored")).faults).toEqual([]);
  for (const level of ["structural", "restored"] as const) {
    const { faults } = await verified(point, at, level);
    expect(faults[0]).toEqual({ item: checkpointKey, message: expect.stringMatching(fault) });
  }
});

test("C19: one value that Pulumi exports otherwise than it was captured is a fault", async () => {
  const { point, at } = await captured(source);
  const lying = join(folder, "lying");
  await mkdir(lying);
  const real = join(await pulumiFolder(), "pulumi");
  await writeFile(join(lying, "pulumi"), `#!/bin/sh\n${real} "$@" | sed 's/"plain": "x"/"plain": "y"/'\n`, {
    mode: 0o755,
  });
  const path = process.env.PATH;
  vi.stubEnv("PATH", [lying, path].join(delimiter));
  const { faults } = await verified(point, at, "restored");
  vi.stubEnv("PATH", path);

  expect(faults).toEqual([{ item: prod, message: "what Pulumi exports is not what was captured" }]);
});

test("C19: without Pulumi, or with an older one, nothing is said about the point", async () => {
  const { point, at } = await captured(source);
  const newer = { ...point, tool: { ...point.tool, version: "v99.0.0" } };
  await expect(verified(newer, at, "restored")).rejects.toMatchObject({
    ...{ exitCode: 3, message: expect.stringMatching(/^pulumi v3\..* is older than v99\.0\.0/) },
  });
  const path = process.env.PATH;
  vi.stubEnv("PATH", "/nowhere");
  await expect(verified(point, at, "restored")).rejects.toMatchObject({
    ...{ exitCode: 3, message: "pulumi is not installed: looked in /nowhere" },
  });
  vi.stubEnv("PATH", path);
});

test("C19: what is no state is refused, and no part of it is left", async () => {
  const empty = await folderBackend(join(folder, "empty"));
  await expect(captured(empty)).rejects.toMatchObject({
    ...{ exitCode: 1, message: `${empty.url} holds no stack: an empty state is no backup` },
  });
  const missing = openBackend(backendPlace(join(folder, "missing"), "the test"), "us-east-1");
  await expect(captured(missing)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringMatching(/there is no folder/),
  });
  await mkdir(join(folder, "empty/.pulumi/stacks"), { recursive: true });
  await writeFile(join(folder, "empty/.pulumi/stacks/prod.json"), "{}");
  await expect(captured(empty)).rejects.toMatchObject({ exitCode: 2, hint: "pulumi state upgrade" });
  await writeFile(join(folder, "empty/.pulumi/meta.yaml"), "version: 2\n");
  await expect(captured(empty)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringMatching(/says version 2/),
  });
  const { point, parts } = await captured(source);
  await expect(stateEngine.restore(point, parts, { backend: empty }, run())).rejects.toThrow(
    /says version 2/,
  );
});
