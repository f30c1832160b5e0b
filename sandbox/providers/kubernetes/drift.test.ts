import { expect, test } from "vitest";

import { inputsOf } from "./drift.js";
import { KindSchema } from "./schemas.js";

const schema = new KindSchema(
  {
    type: "object",
    properties: {
      replicas: { type: "integer" },
      containers: {
        type: "array",
        items: { allOf: [{ $ref: "#/components/schemas/Container" }] },
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name"],
      },
    },
  },
  {
    Container: {
      type: "object",
      properties: {
        name: { type: "string" },
        cpu: { type: "string" },
        args: { type: "array", items: { type: "string" } },
      },
    },
  },
);
const inputs = { replicas: 1, containers: [{ name: "app", cpu: "1000m" }] };

test("the server's spelling, its defaults and what others add are no drift", () => {
  const made = {
    replicas: 1,
    paused: false,
    containers: [{ name: "proxy" }, { name: "app", cpu: "1", args: [] }],
  };

  expect(inputsOf(inputs, made, made, schema)).toEqual(inputs);
});

test("a property changed directly in the cluster is seen, at its place", () => {
  const made = { replicas: 1, containers: [{ name: "proxy" }, { name: "app", cpu: "1" }] };
  const live = { replicas: 3, containers: [{ name: "proxy" }, { name: "app", cpu: "2" }] };

  expect(inputsOf(inputs, made, live, schema)).toEqual({
    replicas: 3,
    containers: [{ name: "app", cpu: "2" }],
  });
});

test("a removed property and a removed list item are seen", () => {
  const made = { replicas: 1, containers: [{ name: "app", cpu: "1" }] };

  expect(inputsOf(inputs, made, { containers: [] }, schema)).toEqual({ containers: [] });
});
