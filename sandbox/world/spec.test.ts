import { expect, test } from "vitest";

import { SandboxInputError } from "../errors.js";
import { checkSpec, defaultWorld } from "./spec.js";

test("the default world is two regions with clusters and a witness without", () => {
  expect(checkSpec(defaultWorld)).toEqual(defaultWorld);
  expect(defaultWorld.regions.map(({ cluster }) => cluster)).toEqual([true, true, false]);
});

test("bad input: every bad property of a world is reported at once", () => {
  const bad = {
    name: "../etc",
    net: 300,
    regions: [
      { region: "Virginia", cluster: true },
      { region: "us-east-1", cluster: true },
      { region: "us-east-1", cluster: false },
    ],
  };
  expect(() => checkSpec(bad)).toThrow(SandboxInputError);
  expect(() => checkSpec(bad)).toThrow(/name: must be.*net: .*254.*regions\.0\.region.*regions: must not/);
});

test.each([96, 244])(
  "net %d is refused: names and addresses of clusters would lead into the world",
  (net) => {
    expect(() => checkSpec({ ...defaultWorld, net })).toThrow(
      `net: must not be 96 or 244, which clusters have inside, got ${net}`,
    );
  },
);
