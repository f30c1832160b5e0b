import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

import { readCheckpoint } from "./checkpoint.js";
import { integrityFaults } from "./integrity.js";
import { isOlder, newest } from "./version.js";

const version = "v3.220.0";
const magic = createHash("sha256").update(version).digest("hex");
const stack = { urn: "urn:stack", type: "pulumi:pulumi:Stack" };
const provider = { urn: "urn:aws", type: "pulumi:providers:aws", custom: true, id: "1", parent: "urn:stack" };
const bucket = {
  ...{ urn: "urn:bucket", type: "aws:s3/bucket:Bucket", custom: true, id: "b", parent: "urn:stack" },
  ...{
    provider: "urn:aws::1",
    dependencies: ["urn:aws"],
    propertyDependencies: { name: ["urn:aws"], acl: null },
  },
};

async function* bytes(...pieces: (string | Uint8Array)[]) {
  for (const piece of pieces) yield Buffer.from(piece);
}
const text = (resources: unknown, change: object = {}) =>
  JSON.stringify({
    ...{
      version: 3,
      checkpoint: { stack: "organization/chat/prod", latest: { manifest: { version, magic }, resources } },
    },
    ...change,
  });
const faultsOf = async (...resources: unknown[]) => {
  const { checkpoint } = await readCheckpoint(bytes(text(resources)), "x");
  return integrityFaults(checkpoint.latest ?? expect.fail("it has a deployment"));
};

test("C19: a checkpoint is read as it is and in gzip, in whatever pieces it comes", async () => {
  const whole = text([stack]);
  const read = { version: 3, checkpoint: { stack: "organization/chat/prod" } };
  expect(await readCheckpoint(bytes(whole.slice(0, 2), whole.slice(2)), "x")).toMatchObject(read);
  const packed = gzipSync(whole);
  expect(await readCheckpoint(bytes(packed.subarray(0, 3), packed.subarray(3)), "x")).toMatchObject(read);
});

test.each([
  ["no JSON", '{"version":3,"hunter2', /x is no JSON/],
  ["another version", text([], { version: 2 }), /expected version 3 or 4 of a checkpoint/],
  ["a later version", text([], { version: 5 }), /expected version 3 or 4 of a checkpoint/],
  ["no checkpoint", '{"version":3,"checkpoint":"hunter2"}', /x is no checkpoint/],
  ["cut off gzip", gzipSync(text([])).subarray(0, 40), /x cannot be decompressed/],
])("C19: what is no checkpoint is refused, and nothing of it shown: %s", async (_, content, message) => {
  const read = readCheckpoint(bytes(content), "x");
  await expect(read).rejects.toThrow(message);
  await expect(read).rejects.not.toThrow(/hunter2/);
  await expect(read).rejects.toMatchObject({ exitCode: 3 });
});

test("C19: a deployment that Pulumi uses has no fault", async () => {
  expect(await faultsOf(stack, provider, bucket)).toEqual([]);
  expect(
    await faultsOf(
      stack,
      { ...bucket, provider: "", dependencies: [], propertyDependencies: {}, delete: true },
      provider,
      bucket,
    ),
  ).toEqual([]);
});

test.each([
  ["a parent", [provider], "urn:aws names a parent that is not there: urn:stack"],
  [
    "a provider",
    [stack, { ...bucket, dependencies: [], propertyDependencies: {} }],
    "urn:bucket names a provider that is not there: urn:aws::1",
  ],
  [
    "a provider of that id",
    [stack, { ...provider, id: "2" }, bucket],
    "urn:bucket names a provider that is not there: urn:aws::1",
  ],
  [
    "a dependency",
    [stack, provider, { ...bucket, dependencies: ["urn:gone"] }],
    "urn:bucket names a dependency that is not there: urn:gone",
  ],
  [
    "a property's dependency",
    [stack, provider, { ...bucket, propertyDependencies: { name: ["urn:gone"] } }],
    "urn:bucket names a dependency of a property that is not there: urn:gone",
  ],
  [
    "what it is deleted with",
    [stack, provider, { ...bucket, deletedWith: "urn:gone" }],
    "urn:bucket names a resource that it is deleted with that is not there: urn:gone",
  ],
  ["a component without an id", [{ ...stack, id: "1" }], "urn:stack is a component with an id"],
  ["one of each name", [stack, provider, bucket, bucket], "urn:bucket is there twice"],
  ["a name", [{ ...stack, urn: "" }], "resource 0 has no URN"],
])("C19: a deployment that lacks %s has a fault", async (_, resources, fault) => {
  expect(await faultsOf(...resources)).toEqual([fault]);
});

test("C19: a manifest whose magic is not its version's was tampered with", () => {
  expect(integrityFaults({ manifest: { version, magic: "0" } })).toEqual([
    "its manifest's magic is not that of its version",
  ]);
});

test("versions are told apart by numbers", () => {
  expect(isOlder("v3.99.0", "v3.220.0")).toBe(true);
  expect(isOlder("v3.220.0", "v3.220.0")).toBe(false);
  expect(isOlder("v4.0.0", "v3.220.0")).toBe(false);
  expect(isOlder("unknown", "v3.220.0")).toBe(false);
  expect(newest(["v3.99.0", "", "v3.220.1", "v3.220.0"])).toBe("v3.220.1");
  expect(newest([""])).toBeUndefined();
});
