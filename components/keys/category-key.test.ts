import { expect, test } from "vitest";

import { record } from "../testing/record.js";
import { CategoryKey, type CategoryKeyArgs } from "./category-key.js";

const args: CategoryKeyArgs = {
  alias: "alias/chat-customer",
  category: "customer",
  account: "111111111111",
  primaryRegion: "us-east-1",
  replicaRegions: ["us-west-2"],
  breakGlass: ["arn:aws:iam::111111111111:role/break-glass"],
};

test("one multi-region key that rotates and takes 30 days to go, a replica in the standby's region, the same alias in both", async () => {
  const recorded = await record(() => new CategoryKey("chat", args));

  const shared = {
    description: "Recovery points of category customer",
    deletionWindowInDays: 30,
    policy: expect.any(String),
  };
  expect(recorded.all).toHaveLength(4);
  expect(recorded.inputsOf("aws:kms/key:Key")).toEqual({
    "chat-primary": { ...shared, region: "us-east-1", multiRegion: true, enableKeyRotation: true },
  });
  expect(recorded.inputsOf("aws:kms/replicaKey:ReplicaKey")).toEqual({
    "chat-us-west-2": { ...shared, region: "us-west-2", primaryKeyArn: "arn:aws:mock:::chat-primary" },
  });
  expect(recorded.inputsOf("aws:kms/alias:Alias")).toEqual({
    "chat-alias-us-east-1": {
      region: "us-east-1",
      name: "alias/chat-customer",
      targetKeyId: "chat-primary-key",
    },
    "chat-alias-us-west-2": {
      region: "us-west-2",
      name: "alias/chat-customer",
      targetKeyId: "chat-us-west-2-key",
    },
  });
  expect(recorded.resources.map(({ lineage }) => lineage.split("$")[0])).toEqual(
    Array(4).fill("secondsite:keys:CategoryKey"),
  );
});

test("nobody but break-glass ends a key, in either region", async () => {
  const recorded = await record(() => new CategoryKey("chat", args));

  const keys = {
    ...recorded.inputsOf("aws:kms/key:Key"),
    ...recorded.inputsOf("aws:kms/replicaKey:ReplicaKey"),
  };
  for (const { policy } of Object.values(keys))
    expect(JSON.parse(String(policy)).Statement).toEqual([
      {
        Sid: "AccountDecidesByIam",
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::111111111111:root" },
        Action: "kms:*",
        Resource: "*",
      },
      {
        Sid: "OnlyBreakGlassEndsKeys",
        Effect: "Deny",
        Principal: "*",
        Action: ["kms:ScheduleKeyDeletion", "kms:DisableKey"],
        Resource: "*",
        Condition: { ArnNotLike: { "aws:PrincipalArn": args.breakGlass } },
      },
    ]);
});

test("every bad argument is told at once", () => {
  expect(
    () => new CategoryKey("chat", { ...args, alias: "chat-customer", replicaRegions: ["us-east-1"] }),
  ).toThrow(
    'CategoryKey "chat": alias must start with "alias/", got "chat-customer"; replicaRegions must not name the primary region "us-east-1"',
  );
});
