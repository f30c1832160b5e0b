import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { generate, generatedFile, render } from "./generate.js";

test("the committed allow-list is what the installed package's types state", () => {
  expect(readFileSync(generatedFile, "utf8"), "run npx tsx sandbox/providers/aws/schema/generate.ts").toBe(
    render(generate()),
  );
});

test("nested names, types and requirements come from the package", () => {
  const { types, resources } = generate();
  expect(types["s3.BucketReplicationConfigRuleDestination"]).toMatchObject({
    bucket: { shape: { kind: "string" }, required: true },
    replicationTime: {
      shape: { kind: "object", type: "s3.BucketReplicationConfigRuleDestinationReplicationTime" },
    },
  });
  expect(resources["aws:kms/key:Key"]?.outputs).toContain("arn");
});
