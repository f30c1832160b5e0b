import { expect, test } from "vitest";

import type { Manifest, ManifestEntry } from "../../vault/index.js";
import type { RecoveryPoint } from "./points.js";
import type { EpochContent } from "./points-copies.js";
import { chain, log, withAlternatives } from "./verify.js";

const copy = { dataset: "messages", site: "oregon" };
const segment = (number: number) => `00000001000000000000000${number}`;

/** Three backups, each needing the segment of its own number, all as they should be. */
function stored(
  change: (entries: ManifestEntry[], wal: Map<string, never>) => void = () => undefined,
): EpochContent {
  const entries = [1, 2, 3].map((sequence): ManifestEntry => {
    const manifest = {
      ...{ ...copy, epoch: 1, sequence, label: `backup-${sequence}` },
      ...(sequence === 1 ? {} : { previous: `sha-${sequence - 1}` }),
      source: { startWal: segment(sequence), stopWal: segment(sequence) },
    } as Manifest;
    return { key: `manifests/messages/e000001/0000000${sequence}.json`, sha256: `sha-${sequence}`, manifest };
  });
  const wal = new Map(
    [1, 2, 3, 4].map((n) => [segment(n), { name: segment(n), storedAt: new Date(n) } as never]),
  );
  change(entries, wal);
  return { epoch: 1, manifests: entries, wal, conflicting: [], begunAt: undefined };
}

const edited = (entries: ManifestEntry[], index: number, fields: Partial<Manifest>) => {
  Object.assign(entries[index]?.manifest ?? {}, fields);
};

test("what is as it was stored has nothing to report", () => {
  expect(chain(stored(), copy)).toEqual([]);
  expect(log(stored(), 3)).toEqual([]);
});

test.each<[string, (entries: ManifestEntry[]) => void, string[]]>([
  [
    "a manifest taken out",
    (entries) => entries.splice(1, 1),
    ["number 2 is missing before it", "it does not follow the manifest before it"],
  ],
  [
    "the first one taken out",
    (entries) => entries.splice(0, 1),
    ["number 1 is missing before it", "it does not follow the manifest before it"],
  ],
  [
    "a manifest altered after the next was written",
    (entries) => Object.assign(entries[1] ?? {}, { sha256: "another" }),
    ["it does not follow the manifest before it"],
  ],
  [
    "another copy's manifest in its place",
    (entries) => edited(entries, 2, { site: "virginia" }),
    ['it belongs to "messages" at "virginia", epoch 1'],
  ],
  [
    "one under another number",
    (entries) => edited(entries, 2, { sequence: 7 }),
    ["it says it is number 7", "number 3 is missing before it"],
  ],
  [
    "one that cannot be read",
    (entries) => entries.splice(2, 1, { key: "k", sha256: "s", problem: "it is cut off" }),
    ["it is cut off"],
  ],
])("%s is found", (_, change, problems) => {
  expect(chain(stored(change), copy).map(({ problem }) => problem)).toEqual(problems);
});

test("a segment missing in the middle is named; where log is no longer kept, gaps are how retention works", () => {
  const content = stored((_, wal) => wal.delete(segment(2)));

  expect(log(content, 3).map(({ object }) => object)).toEqual([segment(2)]);
  expect(log(content, 1)).toEqual([]);
});

test("one segment stored with two contents means two writers", () => {
  expect(log({ ...stored(), conflicting: [segment(3)] }, 3)).toMatchObject([{ object: segment(3) }]);
});

test("for a damaged point the newest older good one is named, never a newer or a damaged one", () => {
  const point = (label: string, finishedAt: string, more = {}): RecoveryPoint => ({
    ...{
      ...copy,
      takenAt: "virginia",
      epoch: 1,
      sequence: 1,
      kind: "physical",
      label,
      startedAt: finishedAt,
      finishedAt,
    },
    bytes: { database: 1, stored: 1 },
    ...more,
  });
  const points = [
    point("old", "2026-03-01T00:00:00Z"),
    point("broken", "2026-03-02T00:00:00Z", { problem: "a part is missing" }),
    point("damaged", "2026-03-03T00:00:00Z"),
    point("new", "2026-03-04T00:00:00Z"),
  ];
  const damage = [{ ...copy, epoch: 1, object: "part", problem: "the checksum differs", label: "damaged" }];

  const [result] = withAlternatives([{ ...copy, manifests: 4, parts: 8, segments: 4, damage }], points);

  expect(result?.damage[0]?.instead).toEqual({ label: "old", site: "oregon" });
});
