import { describe, expect, test } from "vitest";

import { canonical, canonicalPolicy } from "./canonical.js";
import { resources } from "./registry.js";
import type { AnyResource } from "./resource.js";

const text = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: statement });

describe("policies are compared by meaning", () => {
  test.each([
    ["order of keys", { Effect: "Allow", Action: "s3:*" }, { Action: "s3:*", Effect: "Allow" }],
    ["a list of one", { Action: ["s3:*"] }, { Action: "s3:*" }],
    ["order of a list", { Action: ["a:b", "c:d"] }, { Action: ["c:d", "a:b"] }],
    [
      "an account and its root",
      { Principal: { AWS: "123456789012" } },
      { Principal: { AWS: ["arn:aws:iam::123456789012:root"] } },
    ],
    [
      "flags of conditions",
      { Condition: { Bool: { "aws:SecureTransport": false } } },
      { Condition: { Bool: { "aws:SecureTransport": "false" } } },
    ],
    ["one statement and a list of it", { Effect: "Deny" }, [{ Effect: "Deny" }]],
  ])("%s means nothing", (_case, left, right) => {
    expect(canonicalPolicy(text(left))).toBe(canonicalPolicy(text(right)));
  });

  test("another action is another policy", () => {
    expect(canonicalPolicy(text({ Action: "s3:Get*" }))).not.toBe(
      canonicalPolicy(text({ Action: "s3:Put*" })),
    );
  });
});

function typeOf(token: string): AnyResource {
  const found = resources.get(token);
  if (!found) throw new Error(token);
  return found;
}

describe("inputs are compared by meaning", () => {
  const key = typeOf("aws:kms/key:Key");
  const record = typeOf("aws:route53/record:Record");

  test("what is left out has its default", () => {
    expect(canonical(key, {})).toEqual(
      canonical(key, { isEnabled: true, enableKeyRotation: false, tags: {} }),
    );
    expect(canonical(key, {})).not.toEqual(canonical(key, { isEnabled: false }));
  });

  test("a final dot, capitals and the order of values mean nothing in DNS", () => {
    const left = { name: "API.chat.test.", records: ["10.0.0.2", "10.0.0.1"] };
    expect(canonical(record, left)).toEqual(
      canonical(record, { name: "api.chat.test", records: ["10.0.0.1", "10.0.0.2"] }),
    );
  });

  test("a key is meant the same by its id and its ARN", () => {
    const alias = typeOf("aws:kms/alias:Alias");
    const arn = "arn:aws:kms:us-east-1:000000000000:key/mrk-1";
    expect(canonical(alias, { targetKeyId: arn })).toEqual(canonical(alias, { targetKeyId: "mrk-1" }));
  });
});
