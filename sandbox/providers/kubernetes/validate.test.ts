import { expect, test } from "vitest";

import { unknown, type Value } from "../protocol/index.js";
import { KindSchema } from "./schemas.js";
import { validate } from "./validate.js";

const schema = new KindSchema(
  {
    type: "object",
    required: ["image", "port"],
    properties: {
      image: { type: "string", default: "" },
      port: { type: "integer", default: 0 },
      protocol: { type: "string", default: "TCP", enum: ["TCP", "UDP"] },
      target: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
      labels: { type: "object", additionalProperties: { type: "string" } },
      data: { type: "object", additionalProperties: { type: "string", format: "byte" } },
    },
  },
  {},
);
const good = { image: "a", port: 1 };

test.each<[string, Value, string]>([
  ["an unknown property", { ...good, imgae: "b" }, 'imgae is no property here; did you mean "image"?'],
  ["a missing property", { image: "a" }, "port is missing"],
  [
    "a value outside its enumeration",
    { ...good, protocol: "ICMP" },
    'protocol must be one of "TCP", "UDP", got "ICMP"',
  ],
  ["a wrong type", { ...good, port: "80" }, "port must be an integer, got a text"],
  [
    "a wrong type in a map",
    { ...good, labels: { "a.b/c": 1 } },
    'labels["a.b/c"] must be a text, got a number',
  ],
  [
    "neither number nor text",
    { ...good, target: true },
    "target must be an integer or a text, got a boolean",
  ],
  ["data that is no base64", { ...good, data: { key: "not base64!" } }, "data.key must be encoded as base64"],
])("%s is refused with its path", (_what, value, message) => {
  expect(validate(value, schema).map(({ property, reason }) => `${property} ${reason}`)).toEqual([message]);
});

test.each<[string, Value]>([
  ["what is not known yet", { image: unknown, port: unknown, labels: unknown }],
  ["null, which Kubernetes reads as absent", { ...good, labels: null }],
  ["a number or a text", { ...good, target: "http" }],
])("%s passes", (_what, value) => {
  expect(validate(value, schema)).toEqual([]);
});
