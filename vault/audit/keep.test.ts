import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { VaultError } from "../errors.js";
import type { ObjectStore } from "../object-store.js";
import { type MemoryStore, memoryStore } from "../testing/memory-store.js";
import { readAnchors } from "./anchor.js";
import { checkAudit } from "./check.js";
import { type AuditPlaces, keepRecord } from "./keep.js";
import { numberedKey } from "./keys.js";
import { appendRecord, readLog } from "./log.js";
import { spoolAt } from "./spool.js";
import { content } from "./testing/content.js";

const prefix = "audit/virginia/";
const name = "chat/virginia/customer";

let folder: string;
let store: MemoryStore;
let outside: MemoryStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-spool-"));
  [store, outside] = [memoryStore(), memoryStore()];
});
afterEach(() => rm(folder, { recursive: true }));

const spool = () => spoolAt(join(folder, "waiting"));
const places = (change: Partial<AuditPlaces> = {}): AuditPlaces => ({
  log: { store, prefix, name },
  anchors: { store: outside, prefix: "audit-anchors/virginia/", name },
  spool: spool(),
  ...change,
});
const through = (behaviour: Partial<ObjectStore>) =>
  places({ log: { store: { ...store, ...behaviour }, prefix, name } });
const down = {
  create: async () => {
    throw new VaultError("writing failed: HTTP 503");
  },
};
const waits = async () =>
  (await readdir(join(folder, "waiting")).catch(() => [])).filter((file) => file.endsWith(".json"));
const idsStored = async () => (await readLog({ store, prefix, name })).map(({ record }) => record?.id);
const faults = async () =>
  checkAudit(
    await readLog({ store, prefix, name }),
    await readAnchors({ store: outside, prefix: "audit-anchors/virginia/", name }),
    { prefix, name },
  );

test("a record is stored, its head is anchored outside and handed back, and nothing waits", async () => {
  await keepRecord(places(), content());
  const kept = await keepRecord(places(), content());

  expect(kept).toEqual({
    head: { sequence: 2, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    caughtUp: 0,
    warnings: [],
  });
  expect(
    (await readAnchors({ store: outside, prefix: "audit-anchors/virginia/", name })).at(-1),
  ).toMatchObject({
    number: 2,
    sha256: kept.head?.sha256,
  });
  expect(await waits()).toEqual([]);
  expect(await faults()).toEqual([]);
});

test("a store that fails costs a warning; the record waits, and the next operation stores it", async () => {
  const first = content();
  const failed = await keepRecord(through(down), first);
  expect(failed).toEqual({ caughtUp: 0, warnings: [expect.stringContaining("HTTP 503")] });
  expect(failed.warnings[0]).toContain(`${first.id}.json for the next command`);
  expect(await waits()).toHaveLength(1);

  const second = content();
  expect(await keepRecord(places(), second)).toMatchObject({ caughtUp: 1, warnings: [] });
  expect((await idsStored()).sort()).toEqual([first.id, second.id].sort());
  expect(await waits()).toEqual([]);
  expect(await faults()).toEqual([]);
});

test("a store that never answers is given up in time, and the record waits", async () => {
  const silent = { create: () => new Promise<boolean>(() => undefined) };
  const kept = await keepRecord({ ...through(silent), patienceSeconds: 0.2 }, content());

  expect(kept.warnings).toEqual([expect.stringContaining("did not answer within 0.2 s")]);
  expect(await waits()).toHaveLength(1);
});

test("fault 23: a record that came to lie there although no answer came is not stored twice", async () => {
  const first = content();
  const answerLost = {
    create: async (key: string, body: string | Uint8Array) => {
      await store.create(key, body);
      throw new VaultError("the connection was cut");
    },
  };
  expect((await keepRecord(through(answerLost), first)).warnings).toHaveLength(1);
  expect(await waits()).toHaveLength(1);

  const second = content();
  await keepRecord(places(), second);
  expect(await idsStored()).toEqual([first.id, second.id]);
  expect(await faults()).toEqual([]);
});

test("one whose number somebody else got meanwhile is stored under its own", async () => {
  const first = content();
  await keepRecord(through(down), first);
  const other = await appendRecord({ store, prefix, name }, content());
  expect(other.sequence).toBe(1);

  await keepRecord(places(), content());
  expect(await idsStored()).toHaveLength(3);
  expect(await idsStored()).toContain(first.id);
});

test("a record that a living process works on is left to it", async () => {
  const held = await spool().add(content());
  expect(await keepRecord(places(), content())).toMatchObject({ caughtUp: 0, warnings: [] });
  await held.release();
  expect(await keepRecord(places(), content())).toMatchObject({ caughtUp: 1, warnings: [] });
});

test("where nothing can be put down the record is stored all the same, and told when it cannot be", async () => {
  await writeFile(join(folder, "file"), "");
  const nowhere = { spool: spoolAt(join(folder, "file", "waiting")) };
  expect(await keepRecord(places(nowhere), content())).toMatchObject({
    head: { sequence: 1 },
    warnings: [expect.stringContaining("records cannot wait")],
  });

  const told = content();
  const { warnings } = await keepRecord({ ...through(down), ...nowhere }, told);
  // A Pod's log is where it is found then.
  expect(warnings.at(-1)).toContain(JSON.stringify(told));
});

test("an anchor that cannot be written costs a warning and not the record", async () => {
  const kept = await keepRecord(
    places({ anchors: { store: { ...outside, ...down }, prefix: "audit-anchors/virginia/", name } }),
    content(),
  );
  expect(kept).toMatchObject({
    head: { sequence: 1 },
    warnings: [expect.stringContaining("number 1, was not anchored outside: writing failed: HTTP 503")],
  });
});

test("a log that was cut and would be gone on with is told at the next record", async () => {
  await keepRecord(places(), content());
  store.objects.clear();
  const { warnings } = await keepRecord(places(), content());

  expect(warnings).toEqual([expect.stringContaining("the log was cut or altered")]);
});

test("nothing is added to a log whose end is damaged", async () => {
  await keepRecord(places(), content());
  store.objects.set(numberedKey(prefix, 1), Buffer.from("{}"));
  const { warnings } = await keepRecord(places(), content());

  expect(warnings[0]).toContain("is not as it was written");
  expect(store.objects.size).toBe(1);
});

test("what waits and is no record is named, and keeps no other from being stored", async () => {
  await keepRecord(through(down), content());
  const [file = ""] = await waits();
  await writeFile(join(folder, "waiting", file), "0\n{}\n");

  const kept = await keepRecord(places(), content());
  expect(kept.head).toMatchObject({ sequence: 1 });
  expect(kept.warnings).toEqual([expect.stringContaining(`${file} is not an audit record that waits`)]);
});

test("what waits can be read by its owner alone", async () => {
  const { file, release } = await spool().add(content());
  const { mode } = await import("node:fs/promises").then(({ stat }) => stat(file));
  expect(mode & 0o777).toBe(0o600);
  expect(await readFile(file, "utf8")).toContain('"operation": "backup"');
  await release();
});

test("what waits and is no record keeps no other from being stored, is told once, and is not lost", async () => {
  await keepRecord(through(down), content());
  const [name = ""] = await waits();
  const spoiled = join(folder, "waiting", `0${name}`);
  await writeFile(spoiled, "0\n{}\n");

  const kept = await keepRecord(places(), content());
  expect(kept).toMatchObject({ caughtUp: 1, warnings: [expect.stringContaining(`${spoiled}.unreadable`)] });
  expect(await waits()).toEqual([]);
  expect(await readFile(`${spoiled}.unreadable`, "utf8")).toBe("0\n{}\n");
  expect((await keepRecord(places(), content())).warnings).toEqual([]);
});
