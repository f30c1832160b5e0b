import { expect, test } from "vitest";

import plan from "../../plans/kubernetes-chat.js";
import { record } from "../testing/record.js";
import { PlanVaults } from "./plan-vaults.js";

const recorded = await record(() => new PlanVaults("chat", { plan }));

test("one bucket for every copy, in its site's region, and the witness's for the lease", () => {
  expect(recorded.inputsOf("aws:s3/bucket:Bucket")).toEqual({
    "chat-virginia-customer-bucket": {
      bucket: "chat-virginia-customer",
      region: "us-east-1",
      objectLockEnabled: true,
    },
    "chat-oregon-customer-bucket": {
      bucket: "chat-oregon-customer",
      region: "us-west-2",
      objectLockEnabled: true,
    },
    "chat-isolated-customer-bucket": {
      bucket: "chat-isolated-customer",
      region: "us-west-2",
      objectLockEnabled: true,
    },
    "chat-lease-bucket": { bucket: "chat-witness-lease", region: "eu-west-1" },
  });
});

test("each bucket is encrypted by its category's key of its own region", () => {
  const encryption = recorded.inputsOf(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  );
  const keys = Object.fromEntries(
    Object.entries(encryption).map(([name, { rules }]) => {
      const [rule] = rules as { applyServerSideEncryptionByDefault: { kmsMasterKeyId?: string } }[];
      return [name, rule?.applyServerSideEncryptionByDefault.kmsMasterKeyId];
    }),
  );
  expect(keys).toEqual({
    "chat-virginia-customer-encryption": "arn:aws:mock:::chat-key-customer-primary",
    "chat-oregon-customer-encryption": "arn:aws:mock:::chat-key-customer-us-west-2",
    "chat-isolated-customer-encryption": "arn:aws:mock:::chat-key-customer-us-west-2",
    "chat-lease-encryption": undefined,
  });
});

test("what the plan calls replicated is copied from the first direct copy, and by nobody else", () => {
  const rules = recorded.inputsOf("aws:s3/bucketReplicationConfig:BucketReplicationConfig");
  expect(Object.keys(rules)).toEqual(["chat-virginia-customer-copies-rules"]);
  expect(rules["chat-virginia-customer-copies-rules"]).toMatchObject({
    bucket: "chat-virginia-customer",
    rules: [{ destination: { bucket: "arn:aws:mock:::chat-isolated-customer-bucket" } }],
  });
});

test("locks are renewed by the lock jobs of both regions, where they write, and by nobody elsewhere", () => {
  const policies = recorded.inputsOf("aws:s3/bucketPolicy:BucketPolicy");
  const spared = (name: string) => {
    const { Statement } = JSON.parse(String(policies[`${name}-policy`]?.policy));
    const { Condition } = Statement.find(({ Sid }: { Sid: string }) => Sid === "OnlyLockJobsRenewLocks");
    return Condition.ArnNotLike["aws:PrincipalArn"];
  };
  const role = (name: string) => `arn:aws:iam::000000000000:role/${name}`;
  const jobs = ["chat-virginia-messages-lock", "chat-oregon-messages-lock"].map(role);

  expect(spared("chat-virginia-customer")).toEqual([...jobs, role("break-glass")]);
  expect(spared("chat-oregon-customer")).toEqual([...jobs, role("break-glass")]);
  expect(spared("chat-isolated-customer")).toEqual([role("break-glass")]);
  expect(spared("chat-lease")).toEqual([role("break-glass")]);
});

test("a witness that exists already is referenced, never created", async () => {
  const existing = {
    ...plan,
    sites: { ...plan.sites, witness: { ...plan.sites.witness, bucket: { existing: "ours" } } },
  } as typeof plan;
  const { all } = await record(() => new PlanVaults("chat", { plan: existing }));
  expect(all.filter((each) => each.includes("lease"))).toEqual([]);
});
