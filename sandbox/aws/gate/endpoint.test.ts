import { expect, test } from "vitest";

import { endpointOf } from "./endpoint.js";

test.each([
  ["s3.us-west-2.amazonaws.com", { service: "s3", region: "us-west-2" }],
  ["vault.s3.us-west-2.amazonaws.com:443", { service: "s3", region: "us-west-2", bucket: "vault" }],
  ["a.b.s3.eu-west-1.amazonaws.com", { service: "s3", region: "eu-west-1", bucket: "a.b" }],
  ["vault.s3.amazonaws.com", { service: "s3", bucket: "vault" }],
  ["KMS.us-east-1.amazonaws.com", { service: "kms", region: "us-east-1" }],
  ["sts.amazonaws.com", { service: "sts" }],
  ["iam.amazonaws.com", { service: "iam" }],
  ["us-east-1.amazonaws.com", undefined],
  ["x.kms.us-east-1.amazonaws.com", undefined],
  ["amazonaws.com", undefined],
  ["10.1.2.20", undefined],
  ["s3.us-west-2.amazonaws.com.example.org", undefined],
])("the host %s names %o", (host, endpoint) => {
  expect(endpointOf(host)).toEqual(endpoint);
});
