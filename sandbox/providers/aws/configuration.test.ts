import { afterEach, expect, test, vi } from "vitest";

import { configurationFailures, readConfiguration } from "./configuration.js";
import { configured } from "./testing/checked.js";

afterEach(() => vi.unstubAllEnvs());

test("the region comes from the provider's arguments, else from the environment", () => {
  vi.stubEnv("AWS_REGION", "eu-west-1");
  expect(readConfiguration({ region: "us-west-2" }).region).toBe("us-west-2");
  expect(readConfiguration({}).region).toBe("eu-west-1");
});

test("without a region it says what to set", () => {
  vi.stubEnv("AWS_REGION", "");
  vi.stubEnv("AWS_DEFAULT_REGION", "");
  expect(() => readConfiguration({})).toThrow("the AWS provider has no region");
});

test("arguments other than texts arrive as JSON", () => {
  const tags = JSON.stringify({ tags: { owner: "dr" } });
  const roles = JSON.stringify([{ roleArn: "arn:aws:iam::000000000000:role/deployer" }]);
  expect(configurationFailures({ region: "us-east-1", defaultTags: tags, assumeRoles: roles })).toEqual([]);
  expect(readConfiguration({ region: "us-east-1", defaultTags: tags, assumeRoles: roles })).toMatchObject({
    defaultTags: { owner: "dr" },
    assumedRole: { roleArn: "arn:aws:iam::000000000000:role/deployer" },
  });
});

test.each<[string, Record<string, string>, string]>([
  ["unknown", { regoin: "us-east-1" }, "is not a property of the AWS provider; did you mean region?"],
  ["of another sandbox", { endpoints: "[]" }, "is not served by the sandbox's AWS provider"],
  ["of the wrong type", { defaultTags: "owner" }, "is a string; it has to be an object"],
])("an argument that is %s is refused", (_case, args, reason) => {
  expect(configurationFailures(args)).toMatchObject([
    { property: Object.keys(args)[0], reason: expect.stringContaining(reason) },
  ]);
});

test("tags that the provider puts on everything differ when they change, and only then", async () => {
  const program = await configured({
    region: "us-east-1",
    defaultTags: JSON.stringify({ tags: { owner: "dr" } }),
  });
  const log = { status: () => undefined, info: () => undefined, warning: () => undefined };
  const about = {
    urn: "u",
    name: "n",
    id: "i",
    log,
    signal: new AbortController().signal,
    ignoreChanges: [],
  };
  const inputs = { tags: { team: "a" } };
  const differ = (tagsAll: Record<string, string>) =>
    program.diff({
      ...about,
      type: "aws:kms/key:Key",
      oldInputs: inputs,
      news: inputs,
      oldState: { ...inputs, tagsAll },
    });
  expect((await differ({ team: "a", owner: "dr" })).changes).toEqual({});
  expect((await differ({ team: "a" })).changes).toEqual({ tagsAll: "update" });
});
