import fc from "fast-check";
import { applyPatch, type Operation } from "rfc6902";
import { expect, test } from "vitest";

import type { Plan } from "../schema/index.js";
import type { PatchStep } from "./finding.js";
import { patched } from "./patched.js";

const plan = {
  name: "p",
  datasets: { a: { kind: "files", backups: [{ kind: "copy", direct: ["x"] }] }, b: { kind: "files" } },
  drills: [{ kind: "full" }, { kind: "restore" }],
  people: { "a/b": { title: "~" } },
} as unknown as Plan;
const steps: readonly PatchStep[] = [
  { op: "add", path: "/datasets/a/backups/0/direct/-", value: "y" },
  { op: "replace", path: "/datasets/a/backups/0/direct/0", value: "z" },
  { op: "add", path: "/datasets/c", value: { kind: "files", backups: [] } },
  { op: "add", path: "/drills/0", value: { kind: "integrity" } },
  { op: "remove", path: "/datasets/b/kind" },
  { op: "replace", path: "/people/a~1b/title", value: "?" },
];

test("is what RFC 6902 says, in any order of steps, and leaves the plan as it was", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...steps]), (some) => {
      const before = structuredClone(plan);
      const wanted = structuredClone(plan);
      expect(applyPatch(wanted, structuredClone(some) as Operation[])).toEqual(some.map(() => null));

      expect(patched(plan, some)).toEqual(wanted);
      expect(plan).toEqual(before);
    }),
  );
});

test("what a patch adds and changes afterwards stays the patch's own", () => {
  const value = { kind: "files", backups: [] };
  const added: PatchStep[] = [
    { op: "add", path: "/datasets/c", value },
    { op: "add", path: "/datasets/c/backups/-", value: { kind: "copy" } },
  ];

  expect(patched(plan, added).datasets.c).toEqual({ kind: "files", backups: [{ kind: "copy" }] });
  expect(value).toEqual({ kind: "files", backups: [] });
});

test("shares what it does not touch", () => {
  const { datasets, drills } = patched(plan, steps.slice(0, 1));

  expect(datasets.b).toBe(plan.datasets.b);
  expect(drills).toBe(plan.drills);
  expect(datasets.a).not.toBe(plan.datasets.a);
});

test.each(["/sites/x/tier", "/datasets/a/backups/7/keep", "/name/x/y"])(
  "a place that is not there is named: %s",
  (path) => {
    expect(() => patched(plan, [{ op: "replace", path, value: 1 }])).toThrow(
      `the plan has no place "${path}"`,
    );
  },
);
