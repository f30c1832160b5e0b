import { expect, test } from "vitest";

import { sets } from "./object.js";

const object = {
  metadata: { labels: { "app.kubernetes.io/name": "web" } },
  spec: { replicas: 1, containers: [{ name: "app", image: "a", ports: [{ containerPort: 80 }] }] },
};

test.each([
  [".spec.replicas", true],
  [".metadata.labels.app.kubernetes.io/name", true],
  ['.spec.containers[name="app"].image', true],
  ['.spec.containers[name="app"].ports[containerPort=80,protocol="TCP"].containerPort', true],
  ['.spec.containers[name="proxy"].image', false],
  [".spec.paused", false],
  [".metadata.labels.app", false],
])("a conflict over %s is over a field of ours: %s", (field, ours) => {
  expect(sets(object, field)).toBe(ours);
});
