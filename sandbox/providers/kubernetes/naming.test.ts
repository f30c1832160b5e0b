import { expect, test } from "vitest";

import type { Values } from "../protocol/index.js";
import { nameObject } from "./naming.js";

const seed = new Uint8Array([1, 2, 3]);
const named = (
  object: Values,
  olds: Values = {},
  autonaming?: { mode: "disable" | "enforce"; proposed: string },
) => nameObject(object, { name: "web", seed, olds, ...(autonaming ? { autonaming } : {}) });

test("an object without a name gets the resource's with eight digits, the same for the same seed", () => {
  const first = named({});

  expect(first).toEqual(named({}));
  expect(first).toMatchObject({
    object: {
      metadata: {
        name: expect.stringMatching(/^web-[0-9a-f]{8}$/),
        annotations: { "pulumi.com/autonamed": "true" },
      },
    },
  });
});

test("an object keeps the name that it was given, and one that Pulumi chose before", () => {
  const old = { metadata: { name: "web-old", annotations: { "pulumi.com/autonamed": "true" } } };

  expect(named({ metadata: { name: "api" } }, old)).toEqual({ object: { metadata: { name: "api" } } });
  expect(named({}, old)).toMatchObject({ object: { metadata: { name: "web-old" } } });
});

test("Pulumi's configuration proposes or forbids names", () => {
  expect(named({}, {}, { mode: "enforce", proposed: "chosen" })).toMatchObject({
    object: { metadata: { name: "chosen" } },
  });
  expect(named({}, {}, { mode: "disable", proposed: "" })).toHaveProperty("failure");
});
