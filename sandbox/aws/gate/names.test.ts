import { expect, test } from "vitest";

import { gateNames } from "./names.js";

test("IAM's and Route 53's names belong to us-east-1's gate alone", () => {
  const global = ["iam.amazonaws.com", "route53.amazonaws.com", "s3.amazonaws.com"];
  expect(gateNames("us-east-1")).toEqual(expect.arrayContaining(global));
  for (const name of global) expect(gateNames("us-west-2")).not.toContain(name);
});

test("every region's gate answers its own services, its buckets by host, and sts.amazonaws.com", () => {
  expect(gateNames("us-west-2")).toEqual([
    "*.us-west-2.amazonaws.com",
    "*.s3.us-west-2.amazonaws.com",
    "sts.amazonaws.com",
  ]);
});
