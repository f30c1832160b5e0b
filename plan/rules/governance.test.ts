import fc from "fast-check";
import { expect, test } from "vitest";

import { said } from "./testing/said.js";

test("who may write is about datasets and sites; who may delete, about sites", () => {
  expect(said({ access: { ci: { writes: ["scans", "home"], deletes: ["store"] } } })).toEqual([]);
  expect(said({ access: { ci: { writes: ["web"], deletes: ["scans"] } } })).toEqual([
    'access.ci.writes[0]: no dataset or site is called "web"; there are: scans, home, rented, store, shelf',
    'access.ci.deletes[0]: no site is called "scans"; there are: home, rented, store, shelf',
  ]);
});

test("what recovery needs is at sites that there are, each named once", () => {
  expect(said({ closure: { state: { at: ["store"] }, plugins: { at: [] } } })).toEqual([]);
  expect(said({ closure: { state: { at: ["store", "store"] }, keys: { at: ["moon"] } } })).toEqual([
    'closure.state.at[1]: "store" is named twice',
    'closure.keys.at[0]: no site is called "moon"; there are: home, rented, store, shelf',
  ]);
});

test("of many names a message shows a dozen", () => {
  const people = Object.fromEntries(Array.from({ length: 15 }, (_, index) => [`p${index}`, {}]));

  expect(said({ people, escalation: ["x"] })).toEqual([
    'escalation[0]: no person is called "x"; there are: p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11 and 3 more',
  ]);
  expect(said({ people: {}, escalation: ["x"] })).toEqual([
    'escalation[0]: no person is called "x"; there are: none',
  ]);
});

test("a name that every object has is a name that nobody gave", () => {
  expect(said({ escalation: ["constructor"] })).toHaveLength(1);
});

const mistakes: readonly object[] = [
  { closure: { state: { at: ["x"] } } },
  { access: { ci: { writes: ["x"] } } },
  { alerts: [{ to: ["x"], datasets: ["y"] }] },
  { drills: [{ owner: "x" }] },
  { escalation: ["ada", "x"] },
  { waivers: [{ by: "x" }] },
  { lease: { witness: "x" } },
  { keys: { recovery: { holders: ["x", "ada"] } } },
  { services: { web: { after: ["web"] } } },
];

test("no mistake hides another: together they are said as each is alone", () => {
  fc.assert(
    fc.property(fc.subarray([...mistakes]), (made) => {
      const alone = made.flatMap((mistake) => said(mistake));

      expect(alone.length).toBeGreaterThanOrEqual(made.length);
      expect(said(Object.assign({}, ...made)).toSorted()).toEqual(alone.toSorted());
    }),
  );
});
