import { appendFile, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { programsOf, readRecord, record } from "./record.js";

test("a record cut by a crash is read up to its last whole line; the newest start of a program counts", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "secondsite-record-")), "record.jsonl");
  expect(await readRecord(file)).toEqual([]);
  const etcd = { kind: "process", namespace: "ss9-a", program: "etcd" } as const;
  await record(file, { kind: "link", name: "ss9" }, { ...etcd, pid: 7, startTime: 70 });
  await record(file, { ...etcd, pid: 8, startTime: 80 });
  await appendFile(file, '{"kind":"link","na');

  const entries = await readRecord(file);
  expect(entries).toHaveLength(3);
  expect([...programsOf(entries)]).toEqual([["ss9-a/etcd", { ...etcd, pid: 8, startTime: 80 }]]);
});
