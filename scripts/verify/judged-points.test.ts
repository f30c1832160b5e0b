import { expect, test } from "vitest";

import { type JudgedPoint, worthRecording } from "./judged-points.js";

const now = new Date("2026-05-31T00:00:00Z");
const fault = { item: "part", message: "it is missing" };

/** A point that ended so many days ago. */
function judged(days: number, faults: JudgedPoint["faults"] = [], known?: readonly string[]): JudgedPoint {
  const finishedAt = new Date(now.getTime() - days * 86_400_000).toISOString();
  const verification = known && { level: "stored", at: finishedAt, faults: known };
  return { point: { finishedAt, verification }, level: "stored", faults } as unknown as JudgedPoint;
}
const recorded = (days: number | undefined, ...points: JudgedPoint[]) =>
  worthRecording(points, days, now).map((point) => points.indexOf(point));

test("C5: of the last days every result is recorded; without days of all points", () => {
  const all = [judged(1), judged(6, [], []), judged(20), judged(400)];
  expect(recorded(7, ...all)).toEqual([0, 1]);
  expect(recorded(undefined, ...all)).toEqual([0, 1, 2, 3]);
});

test("damage is recorded whatever the point's age, until its chain says it already", () => {
  const said = ["part: it is missing"];
  expect(recorded(7, judged(20, [fault]), judged(20, [fault], []), judged(20, [fault], said))).toEqual([
    0, 1,
  ]);
  expect(recorded(7, judged(20, [fault, fault], said))).toEqual([0]);
});
