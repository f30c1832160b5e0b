import { expect, test } from "vitest";

import { callOf } from "./call.js";
import { endpointOf } from "./endpoint.js";

/** Names a call from what goes over the wire. */
function named(host: string, method: string, url: string, headers = {}, body?: unknown) {
  const { pathname, searchParams } = new URL(url, "https://aws");
  const endpoint = endpointOf(host) ?? expect.unreachable(`${host} is no endpoint`);
  const form = typeof body === "string" ? new URLSearchParams(body) : searchParams;
  return callOf({ method, headers }, endpoint, pathname, searchParams, form, body);
}

test("calls of the query protocol are named by their Action and what it is about", () => {
  expect(
    named("iam.amazonaws.com", "POST", "/", {}, "Action=CreateRole&RoleName=backup&Version=2010-05-08"),
  ).toEqual({
    service: "iam",
    action: "iam:CreateRole",
    resource: "backup",
  });
});

test("calls of the JSON protocol are named by their target and key", () => {
  const headers = { "x-amz-target": "TrentService.Decrypt" };
  expect(named("kms.us-east-1.amazonaws.com", "POST", "/", headers, { KeyId: "mrk-1" })).toEqual({
    service: "kms",
    action: "kms:Decrypt",
    resource: "mrk-1",
  });
});

test.each([
  ["POST", "/2013-04-01/hostedzone/Z1/rrset/", "route53:ChangeResourceRecordSets"],
  ["GET", "/2013-04-01/hostedzone/Z1/rrset", "route53:ListResourceRecordSets"],
  ["POST", "/2013-04-01/healthcheck", "route53:CreateHealthCheck"],
  ["GET", "/2013-04-01/healthcheck/H1/status", "route53:GetHealthCheckStatus"],
  ["PUT", "/2013-04-01/unheard-of", "route53:PUT /unheard-of"],
])("Route 53's %s %s is %s", (method, url, action) => {
  expect(named("route53.amazonaws.com", method, url)).toMatchObject({ service: "route53", action });
});

test("S3's calls carry the object's ARN", () => {
  expect(named("vault.s3.us-west-2.amazonaws.com", "PUT", "/a/b")).toMatchObject({
    action: "s3:PutObject",
    resource: "arn:aws:s3:::vault/a/b",
  });
});
