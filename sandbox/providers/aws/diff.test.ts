import { describe, expect, test } from "vitest";

import type { DiffAnswer, Values } from "../protocol/index.js";
import { unknown } from "../protocol/index.js";
import { configured } from "./testing/checked.js";
import { refusals } from "./testing/good-inputs.js";
import { type ResourceToken, resourceTokens } from "./tokens.js";

async function difference(type: ResourceToken, oldInputs: Values, news: Values): Promise<DiffAnswer> {
  const program = await configured();
  const log = { status: () => undefined, info: () => undefined, warning: () => undefined };
  const signal = new AbortController().signal;
  const about = { urn: "urn", name: "thing", log, signal, id: "id", oldState: {}, ignoreChanges: [] };
  return program.diff({ ...about, type, oldInputs, news });
}

test.each(resourceTokens)("%s with the same inputs does not differ", async (token) => {
  const { good } = refusals[token];
  expect((await difference(token, good, good)).changes).toEqual({});
});

describe("what can't be changed in place is replaced", () => {
  test.each<[ResourceToken, string, unknown, unknown]>([
    ["aws:s3/bucket:Bucket", "bucket", "a-bucket", "b-bucket"],
    ["aws:s3/bucket:Bucket", "objectLockEnabled", false, true],
    ["aws:s3/bucket:Bucket", "region", "us-east-1", "us-west-2"],
    ["aws:kms/key:Key", "multiRegion", false, true],
    ["aws:kms/replicaKey:ReplicaKey", "primaryKeyArn", "a", "b"],
    ["aws:iam/role:Role", "path", "/", "/jobs/"],
    ["aws:iam/role:Role", "name", "a", "b"],
    ["aws:iam/openIdConnectProvider:OpenIdConnectProvider", "url", "https://a", "https://b"],
    ["aws:route53/zone:Zone", "name", "a.test", "b.test"],
    ["aws:route53/healthCheck:HealthCheck", "requestInterval", 10, 30],
    ["aws:route53/record:Record", "zoneId", "Z1", "Z2"],
  ])("%s: %s", async (token, name, left, right) => {
    const { changes, replaces } = await difference(
      token,
      { [name]: left } as Values,
      { [name]: right } as Values,
    );
    expect(Object.keys(changes)).toEqual([name]);
    expect(replaces).toEqual([name]);
  });
});

test("a bucket with a name of the program's own choosing goes before its replacement comes", async () => {
  const token = "aws:s3/bucket:Bucket";
  const lock = (bucket: Values, objectLockEnabled: boolean): Values => ({ ...bucket, objectLockEnabled });
  const chosen = { bucket: "mine" };
  const automatic = { bucket: "b-1234567", __defaults: ["bucket"] };
  expect(await difference(token, lock(chosen, false), lock(chosen, true))).toMatchObject({
    deleteBeforeReplace: true,
  });
  expect(await difference(token, lock(automatic, false), lock(automatic, true))).toMatchObject({
    deleteBeforeReplace: false,
  });
});

test("the path of a nested change is named", async () => {
  const of = (noncurrentDays: number): Values => ({
    bucket: "b",
    rules: [{ id: "old", status: "Enabled", noncurrentVersionExpiration: { noncurrentDays } }],
  });
  const token = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
  expect((await difference(token, of(30), of(3))).changes).toEqual({
    "rules[0].noncurrentVersionExpiration.noncurrentDays": "update",
  });
});

test("a value that is not known yet differs", async () => {
  const { changes } = await difference("aws:kms/key:Key", { policy: "{}" }, { policy: unknown });
  expect(changes).toEqual({ policy: "update" });
});
