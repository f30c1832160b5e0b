import { describe, expect, test } from "vitest";

import { unknown } from "../protocol/index.js";
import { checked, failuresOf } from "./testing/checked.js";
import { refusals } from "./testing/good-inputs.js";
import { resourceTokens } from "./tokens.js";

const bucket = "aws:s3/bucket:Bucket";
const lock = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration";
const record = "aws:route53/record:Record";
const healthCheck = "aws:route53/healthCheck:HealthCheck";
const replication = "aws:s3/bucketReplicationConfig:BucketReplicationConfig";
const lifecycle = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration";
const key = "aws:kms/key:Key";

describe("for every resource type in use a bad enum, a missing field and an unknown nested field are refused", () => {
  test.each(resourceTokens)("%s takes good inputs", async (token) => {
    expect(await failuresOf(token, refusals[token].good)).toEqual([]);
  });

  test.each(resourceTokens)("%s refuses a value that AWS does not take", async (token) => {
    const [change, path] = refusals[token].badValue;
    const { failures = [] } = await checked(token, { ...refusals[token].good, ...change });
    expect(failures.map(({ property }) => property)).toContain(path);
  });

  test.each(resourceTokens.filter((token) => refusals[token].required))(
    "%s refuses a missing field",
    async (token) => {
      const { good, required } = refusals[token];
      const { failures = [] } = await checked(token, { ...good, [required]: null });
      expect(failures).toContainEqual({ property: required, reason: expect.stringContaining("is missing") });
    },
  );

  test.each(resourceTokens)("%s refuses an unknown nested field", async (token) => {
    const [change, path] = refusals[token].unknownNested;
    const { failures = [] } = await checked(token, { ...refusals[token].good, ...change });
    expect(failures.map(({ property }) => property)).toContain(path);
  });

  test.each(resourceTokens)("%s refuses an unknown field of its own", async (token) => {
    const { failures = [] } = await checked(token, { ...refusals[token].good, noSuchThing: true });
    expect(failures.map(({ property }) => property)).toEqual(["noSuchThing"]);
  });
});

describe("messages say what was given and what would be right", () => {
  test.each<[string, string, Record<string, unknown>, string]>([
    [
      bucket,
      "a name near a known one",
      { forceDestory: true },
      "forceDestory is not a property of aws:s3/bucket:Bucket; did you mean forceDestroy?",
    ],
    [
      bucket,
      "an inline block with a type of its own",
      { versioning: { enabled: true } },
      "versioning is not served by the sandbox's AWS provider; use the resource type made for it",
    ],
    [
      bucket,
      "an IP address",
      { bucket: "10.1.2.3" },
      'bucket is "10.1.2.3"; a bucket\'s name has no two dots side by side and is no IP address',
    ],
    [
      lock,
      "days and years",
      { bucket: "b", rule: { defaultRetention: { mode: "GOVERNANCE", days: 1, years: 1 } } },
      "rule.defaultRetention needs exactly one of days, years; given: days, years",
    ],
    [
      lock,
      "no mode",
      { bucket: "b", rule: { defaultRetention: { days: 1 } } },
      "rule.defaultRetention needs mode together with days; given: days",
    ],
    [
      record,
      "failover without identifier",
      {
        zoneId: "Z",
        name: "a.b",
        type: "A",
        ttl: 60,
        records: ["1.2.3.4"],
        healthCheckId: "1234",
        failoverRoutingPolicies: [{ type: "PRIMARY" }],
      },
      "failoverRoutingPolicies needs setIdentifier together with failoverRoutingPolicies; given: failoverRoutingPolicies",
    ],
    [
      record,
      "a primary without a check",
      {
        zoneId: "Z",
        name: "a.b",
        type: "A",
        ttl: 60,
        records: ["1.2.3.4"],
        setIdentifier: "a",
        failoverRoutingPolicies: [{ type: "PRIMARY" }],
      },
      "healthCheckId is missing; a primary record that is no alias needs it",
    ],
    [
      record,
      "records without TTL",
      { zoneId: "Z", name: "a.b", type: "A", records: ["1.2.3.4"] },
      "records needs ttl together with records; given: records",
    ],
    [
      record,
      "a name as an address",
      { zoneId: "Z", name: "a.b", type: "A", ttl: 60, records: ["c.d"] },
      'records[0] is "c.d"; a record of type A is an IPv4 address',
    ],
    [
      healthCheck,
      "a threshold of 11",
      { type: "HTTP", fqdn: "a.b", failureThreshold: 11 },
      "failureThreshold is 11; it has to be a whole number, 1 to 10",
    ],
    [
      healthCheck,
      "nothing to ask",
      { type: "HTTP" },
      "fqdn is missing; HTTP needs a name or an ipAddress to ask",
    ],
    [
      healthCheck,
      "a text as a number",
      { type: "HTTP", fqdn: "a.b", port: "80" },
      "port is a string; it has to be a number",
    ],
    [
      key,
      "a short window",
      { deletionWindowInDays: 3 },
      "deletionWindowInDays is 3; it has to be a whole number, 7 to 30",
    ],
    [
      lifecycle,
      "days and a date",
      {
        bucket: "b",
        rules: [{ id: "a", status: "Enabled", expiration: { days: 1, date: "2030-01-01T00:00:00Z" } }],
      },
      "rules[0].expiration needs exactly one of date, days, expiredObjectDeleteMarker; given: date, days",
    ],
    [
      replication,
      "a filter without delete markers",
      {
        bucket: "b",
        role: "arn:aws:iam::000000000000:role/r",
        rules: [{ status: "Enabled", filter: {}, destination: { bucket: "arn:aws:s3:::c" } }],
      },
      "rules[0].deleteMarkerReplication is missing; a rule with a filter needs it",
    ],
  ])("%s: %s", async (token, _case, inputs, line) => {
    expect(await failuresOf(token, inputs as never)).toEqual([line]);
  });

  test("a policy that is not JSON", async () => {
    expect(await failuresOf(key, { policy: "{" })).toEqual([
      "policy is not a JSON object; it has to be an IAM policy",
    ]);
  });

  test("a resource type that is not served", async () => {
    await expect(checked("aws:s3/bucket:Buckett", {})).rejects.toThrow(
      /does not serve aws:s3\/bucket:Buckett; did you mean aws:s3\/bucket:Bucket\?/,
    );
  });
});

test("what is not known yet passes in a preview", async () => {
  expect(await failuresOf(key, { policy: unknown, deletionWindowInDays: unknown })).toEqual([]);
  const rule = {
    status: "Enabled",
    filter: {},
    deleteMarkerReplication: { status: "Disabled" },
    destination: { bucket: unknown },
  };
  expect(await failuresOf(replication, { bucket: unknown, role: unknown, rules: [rule] })).toEqual([]);
});

describe("names and regions", () => {
  test("a bucket without a name gets its Pulumi name in lower case and seven hexadecimal digits", async () => {
    const { inputs } = await checked(bucket, {});
    expect(inputs).toMatchObject({
      bucket: expect.stringMatching(/^thing-[0-9a-f]{7}$/),
      region: "us-east-1",
    });
  });

  test("the name stays the same in the next update, whatever the seed", async () => {
    const first = (await checked(bucket, {})).inputs as Record<string, never>;
    const { inputs } = await checked(bucket, {}, { olds: first, seed: new Uint8Array([9]) });
    expect(inputs).toEqual(first);
  });

  test("a prefix is kept", async () => {
    const { inputs } = await checked("aws:iam/role:Role", {
      ...refusals["aws:iam/role:Role"].good,
      namePrefix: "job-",
    });
    expect(inputs).toMatchObject({ name: expect.stringMatching(/^job-[0-9a-f]{7}$/) });
  });

  test("a resource's own region wins over the provider's", async () => {
    const { inputs } = await checked(bucket, { region: "us-west-2" });
    expect(inputs).toMatchObject({ region: "us-west-2" });
  });

  test("a policy given as an object becomes its text", async () => {
    const { inputs } = await checked("aws:s3/bucketPolicy:BucketPolicy", {
      bucket: "b-1",
      policy: { Version: "2012-10-17", Statement: [] },
    });
    expect(inputs).toMatchObject({ policy: '{"Version":"2012-10-17","Statement":[]}' });
  });
});
