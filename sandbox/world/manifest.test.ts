import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { DamagedWorld, readManifest, recordedSpec } from "./manifest.js";
import { pathsOf } from "./paths.js";
import { readRecord } from "./record.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-manifest-"));
});
afterAll(() => rm(folder, { recursive: true }));

const written = async (text: string) => {
  const file = join(folder, "file");
  await writeFile(file, text);
  return file;
};

test.each(["", "..", "../../etc", "/etc", "a/b", "A", "a b", "a".repeat(21)])(
  "a world called %j has no folders: nothing outside the worlds' own is ever removed",
  (name) => {
    expect(() => pathsOf(name)).toThrow(/name: must be 1 to 20 of a-z, 0-9 and -/);
  },
);

test.each(["", "garbage{", "null", "[]", "{}", '{"spec":{"name":"other"}}'])(
  "a description %j is damaged, and the way out is named",
  async (text) => {
    await expect(readManifest(await written(text), "junk")).rejects.toMatchObject({
      constructor: DamagedWorld,
      message: expect.stringContaining('the description of sandbox "junk" is damaged: '),
      hint: "secondsite sandbox down --name junk",
      exitCode: 3,
    });
  },
);

test("no description is no damage", async () => {
  await expect(readManifest(join(folder, "absent"), "junk")).resolves.toBeUndefined();
});

test("what a world consisted of is told from its record, damaged lines or not", async () => {
  const lines = [
    '{"kind":"link","name":"ss77"}',
    "nonsense",
    "null",
    '{"kind":"namespace","name":"ss77-cloud"}',
    '{"kind":"namespace","name":"ss77-us-east-1"}',
    '{"kind":"link","name":"ss77v3"}',
    '{"kind":"namespace","name":"ss7',
  ];
  const entries = await readRecord(await written(lines.join("\n")));

  expect(entries).toHaveLength(4);
  expect(recordedSpec("junk", entries)).toEqual({
    name: "junk",
    net: 77,
    regions: [{ region: "us-east-1", cluster: true }],
  });
  expect(recordedSpec("junk", [])).toBeUndefined();
});
