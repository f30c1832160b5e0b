import { expect, test } from "vitest";

import { judge } from "../testing/judge.js";
import { vault } from "../testing/vault.js";
import { noPublicBucket } from "./no-public-bucket.js";

const judged = (changes: Parameters<typeof vault>[0]) => judge(noPublicBucket, vault(changes));
const document = (statement: object) => ({ policy: JSON.stringify({ Statement: statement }) });

test("passes a bucket closed in all four ways, whose policy denies everybody what it denies", async () => {
  expect(await judged({})).toEqual([]);
});

test("fails a bucket without a public access block", async () => {
  expect(await judged({ closed: undefined })).toEqual([
    'bucket "vault" has no BucketPublicAccessBlock; add one with blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets',
  ]);
});

test("fails a block that leaves a way open, and names it", async () => {
  const closed = { blockPublicAcls: true, blockPublicPolicy: false, ignorePublicAcls: true };
  expect(await judged({ closed })).toEqual([
    'bucket "vault" lets the public in: set blockPublicPolicy, restrictPublicBuckets to true',
  ]);
});

test("a block of another bucket does not count", async () => {
  const [other] = vault().filter(({ name }) => name === "closed");
  const stack = [
    ...vault({ closed: undefined }),
    { type: "aws:s3/bucket:Bucket", name: "other", props: { bucket: "other" } },
    ...(other ? [{ ...other, from: { bucket: "other" } }] : []),
  ];
  expect(await judge(noPublicBucket, stack)).toEqual([
    expect.stringMatching(/^bucket "vault" has no BucketPublicAccessBlock/),
  ]);
});

test.each([
  ["everybody", { Sid: "Open", Effect: "Allow", Principal: "*", Action: "s3:GetObject" }],
  ["every AWS account", { Sid: "Open", Effect: "Allow", Principal: { AWS: "*" }, Action: "s3:GetObject" }],
  ["everybody among others", { Sid: "Open", Effect: "Allow", Principal: { AWS: ["arn:a", "*"] } }],
])("fails a bucket policy that allows %s", async (_, statement) => {
  expect(await judged({ policy: document(statement) })).toEqual([
    'policy of bucket "vault" allows everybody in statement "Open"',
  ]);
});
