import { expect, test } from "vitest";

import { digest, type Store } from "../../vault/index.js";
import { memoryStore } from "../../vault/testing/memory-store.js";
import type { RecoveryPoint } from "./points.js";
import type { PhysicalPoint } from "./points-chain.js";
import type { EpochContent } from "./points-copies.js";
import { chain, log, verifyStored, withAlternatives } from "./verify.js";

const copy = { dataset: "messages", site: "oregon" };
const segment = (number: number) => `00000001000000000000000${number}`;
const passphrase = "keys/messages/passphrase.json";

/** Three backups, each needing the segment of its own number, all as they should be. */
function stored(change: (wal: Map<string, never>) => void = () => undefined): EpochContent {
  const points = [1, 2, 3].map(
    (sequence): PhysicalPoint => ({
      ...{ key: `entry-${sequence}`, sequence, takenAt: "virginia", label: `backup-${sequence}` },
      ...{ startedAt: "2026-03-01T00:00:00.000Z", finishedAt: "2026-03-01T00:01:00.000Z" },
      ...{ bytes: { database: 1, stored: 1 }, startWal: segment(sequence), stopWal: segment(sequence) },
      ...{ version: "15", systemIdentifier: "7", stopLsn: "0/2" },
      parts: [{ key: `part-${sequence}`, bytes: 4, sha256: digest(`obj${sequence}`) }],
      keys: [{ id: "passphrase", object: passphrase, sha256: digest("wrapped") }],
    }),
  );
  const wal = new Map(
    [1, 2, 3, 4].map((n) => [segment(n), { name: segment(n), storedAt: new Date(n) } as never]),
  );
  change(wal);
  return {
    ...{ epoch: 1, wal, conflicting: [], begunAt: undefined },
    chain: { entries: [], faults: [], points },
  };
}

/** A store that holds their parts and their key. */
function parts(change: (objects: Map<string, Buffer>) => void = () => undefined): Store {
  const store = memoryStore();
  for (const number of [1, 2, 3]) store.objects.set(`part-${number}`, Buffer.from(`obj${number}`));
  store.objects.set(passphrase, Buffer.from("wrapped"));
  change(store.objects);
  return {
    ...store,
    head: async (key: string) => {
      const body = store.objects.get(key);
      return body && { key, bytes: body.byteLength, modifiedAt: new Date(0) };
    },
    async *read(key: string) {
      yield store.objects.get(key) ?? Buffer.alloc(0);
    },
  } as unknown as Store;
}

const damageIn = async (content: EpochContent, store: Store, more = {}) => {
  const asked = { ...copy, store: "memory", points: [], epochs: [content], ...more };
  const { damage } = await verifyStored(asked, { store }, 3);
  return damage.map(({ object, problem, label }) => [object, problem, label]);
};

test("what is as it was stored has nothing to report", async () => {
  expect(chain(stored())).toEqual([]);
  expect(log(stored(), 3)).toEqual([]);
  expect(await damageIn(stored(), parts())).toEqual([]);
});

test("what is wrong with the chain is named with the point that it concerns, and with none otherwise", () => {
  const { chain: whole } = stored();
  const faults = [
    { key: "entry-2", problem: "it does not follow the entry before it" },
    { key: "entry-9", problem: "it is cut off" },
  ];

  expect(chain({ chain: { ...whole, faults } })).toEqual([
    { object: "entry-2", problem: "it does not follow the entry before it", label: "backup-2" },
    { object: "entry-9", problem: "it is cut off" },
  ]);
});

test.each<[string, (objects: Map<string, Buffer>) => void, unknown[]]>([
  ["a part missing", (all) => all.delete("part-2"), ["part-2", "it is missing", "backup-2"]],
  [
    "a part with a bit flipped",
    (all) => all.set("part-2", Buffer.from("obj3")),
    ["part-2", "its content is not what was stored: the checksum differs", "backup-2"],
  ],
  [
    "the passphrase exchanged",
    (all) => all.set(passphrase, Buffer.from("another")),
    [passphrase, "it is not the key with which points were taken: the checksum differs", undefined],
  ],
  ["the passphrase missing", (all) => all.delete(passphrase), [passphrase, "it is missing", undefined]],
])("%s is found, once", async (_, change, found) => {
  expect(await damageIn(stored(), parts(change))).toEqual([found]);
});

test("a signing key that cannot be read is damage, even before there is a point", async () => {
  const asked = { ...copy, store: "memory", points: [], epochs: [], keyProblem: "it is no key" };
  const { damage } = await verifyStored(asked, { store: parts() }, 3);

  expect(damage).toMatchObject([{ object: "keys/messages/", problem: "it is no key" }]);
});

test("a segment missing in the middle is named; where log is no longer kept, gaps are how retention works", () => {
  const content = stored((wal) => wal.delete(segment(2)));

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
