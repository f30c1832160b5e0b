import { expect, test } from "vitest";

import { pointVerdicts } from "./point-verdicts.js";
import type { PhysicalPoint } from "./points-chain.js";
import type { EpochContent } from "./points-copies.js";

const segment = (number: number) => `00000001000000000000000${number}`;
const sha256 = "a".repeat(64);
const key = { id: "passphrase", object: "keys/messages/passphrase.json", sha256 };
const [full, incremental, later] = [
  "20260301-000000F",
  "20260301-000000F_20260302-000000I",
  "20260303-000000F",
];

/** A full backup, what adds to it, and another full one; the n-th needs the segments 2n-1 and 2n. */
function content(change: (points: PhysicalPoint[]) => void = () => undefined, faults: string[] = []) {
  const points = [full, incremental, later].map((label, index) => ({
    ...{ key: `entry-${index + 1}`, sequence: index + 1, label, parts: [], keys: [key] },
    ...{ startWal: segment(2 * index + 1), stopWal: segment(2 * index + 2) },
    ...(label === incremental ? { parent: 1 } : {}),
  })) as unknown as PhysicalPoint[];
  change(points);
  const entries = points.map(({ key: name }) => ({ key: name, sha256 }));
  const chain = { entries, points, faults: faults.map((name) => ({ key: name, problem: "it was altered" })) };
  return { epoch: 2, chain } as unknown as EpochContent;
}
const damage = (object: string, label?: string, epoch = 2) => ({
  ...{ epoch, object, problem: "it is missing" },
  ...(label === undefined ? {} : { label }),
});
const whole = { restorable: true, findings: [] };
const broken = (...findings: string[]) => ({ restorable: false, findings });

/** Verdicts in short: level, and how many faults. */
const judged = (...args: Parameters<typeof pointVerdicts>) =>
  Object.fromEntries(
    pointVerdicts(...args).map(({ point: { label }, level, faults }) => [
      label,
      faults.length === 0 ? level : `${level}: BAD`,
    ]),
  );

test("what is whole is good as deep as it was looked at", () => {
  expect(judged(content(), [])).toEqual({ [full]: "stored", [incremental]: "stored", [later]: "stored" });
  expect(judged(content(), [], whole)).toEqual({
    ...{ [full]: "structural", [incremental]: "structural", [later]: "structural" },
  });
});

test("damage is a fault of the point that it belongs to and of what adds to that, in its own epoch alone", () => {
  const bad = { [full]: "stored: BAD", [incremental]: "stored: BAD", [later]: "stored" };
  expect(judged(content(), [damage("part", full)])).toEqual(bad);
  expect(judged(content(), [damage("part", full, 1)])).toMatchObject({ [full]: "stored" });
  const [, second] = pointVerdicts(content(), [damage("part", full)]);
  expect(second?.faults).toEqual([{ item: `${full}, which it adds to`, message: "part: it is missing" }]);
});

test("a key that is lost is a fault of all that it opens", () => {
  expect(Object.values(judged(content(), [damage(key.object)]))).toEqual(Array(3).fill("stored: BAD"));
});

test("log that is gone is a fault of the points that need it; after their ends it only shortens what follows them", () => {
  expect(judged(content(), [damage(segment(6), full)])).toEqual({
    ...{ [full]: "stored", [incremental]: "stored", [later]: "stored: BAD" },
  });
  expect(judged(content(), [damage(segment(9), later)])).toMatchObject({ [later]: "stored" });
});

test("what the tool found belongs to the backup or the segment that it names", () => {
  const file = `invalid checksum '${later}/pg_data/base/1/1259.zst'`;
  expect(judged(content(), [], broken(file))).toEqual({
    ...{ [full]: "structural", [incremental]: "structural", [later]: "structural: BAD" },
  });
  const log = `invalid checksum '15-1/0000000100000000/${segment(3)}-${"0".repeat(40)}.zst'`;
  expect(judged(content(), [], broken(log))).toEqual({
    ...{ [full]: "structural", [incremental]: "structural: BAD", [later]: "structural" },
  });
});

test("while something is wrong that belongs to no point, none is called good", () => {
  expect(judged(content(), [], broken())).toEqual({});
  const catalogue = "backup/messages/backup.info: it says something else than its copy";
  expect(judged(content(), [damage("part", later)], broken(catalogue))).toEqual({ [later]: "stored: BAD" });
});

test("of a point whose entry is not to be believed nothing is said, nor that what adds to it is good", () => {
  const doubted = content(([first]) => Object.assign(first ?? {}, { problem: "it is not signed" }));
  expect(judged(doubted, [])).toEqual({ [later]: "stored" });
  expect(judged(content(undefined, ["entry-3"]), [])).toEqual({ [full]: "stored", [incremental]: "stored" });
});
