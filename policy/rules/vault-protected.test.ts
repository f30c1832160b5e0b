import { expect, test } from "vitest";

import { judge } from "../testing/judge.js";
import { vault } from "../testing/vault.js";
import { vaultProtected } from "./vault-protected.js";

const judged = (changes: Parameters<typeof vault>[0]) => judge(vaultProtected, vault(changes));
const bucket = "chat-virginia-customer";
const rules = (sse: object) => ({ rules: [{ applyServerSideEncryptionByDefault: sse }] });
const unlocked =
  'bucket "vault" is not locked: set objectLockEnabled and a default retention in mode "COMPLIANCE"';
const plain = 'bucket "vault" is not encrypted by KMS: set sseAlgorithm "aws:kms" and kmsMasterKeyId';
const unversioned = 'bucket "vault" is not versioned: set BucketVersioning\'s status to "Enabled"';

test("passes a bucket that is versioned, locked and encrypted by KMS", async () => {
  expect(await judged({})).toEqual([]);
});

test.each([
  ["no versioning", { versioning: undefined }, unversioned],
  ["suspended versioning", { versioning: { versioningConfiguration: { status: "Suspended" } } }, unversioned],
  ["a bucket made without Object Lock", { bucket: { bucket } }, unlocked],
  ["no default retention", { lock: undefined }, unlocked],
  [
    "a lock that some may bypass",
    { lock: { rule: { defaultRetention: { mode: "GOVERNANCE", days: 7 } } } },
    unlocked,
  ],
  ["a lock for no time", { lock: { rule: { defaultRetention: { mode: "COMPLIANCE", days: 0 } } } }, unlocked],
  ["no encryption of its own", { encryption: undefined }, plain],
  ["S3's own key", { encryption: rules({ sseAlgorithm: "AES256" }) }, plain],
  ["the account's default key", { encryption: rules({ sseAlgorithm: "aws:kms" }) }, plain],
] as const)("fails %s", async (_, changes, message) => {
  expect(await judged(changes)).toEqual([message]);
});

test("leaves the lease's bucket alone, which must have none of it", async () => {
  const lease = {
    type: "aws:s3/bucket:Bucket",
    name: "lease",
    props: { bucket: "chat-witness-lease" },
    within: ["secondsite:vault:PlanVaults", "secondsite:vault:LeaseBucket"],
  };
  expect(await judge(vaultProtected, [lease])).toEqual([]);
  expect(await judge(vaultProtected, [{ ...lease, within: [] }])).toHaveLength(3);
});
