import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";

import { digest } from "../manifest.js";
import { canonical } from "../sequence/canonical.js";
import { type MemoryStore, memoryStore } from "../testing/memory-store.js";
import { readAnchors, writeAnchor } from "./anchor.js";
import { anchoredUpTo, checkAudit } from "./check.js";
import { numberedKey } from "./keys.js";
import { type AuditLog, appendRecord, readLog } from "./log.js";
import { content } from "./testing/content.js";

const prefix = "audit/virginia/";
const name = "chat/virginia/customer";
const anchorPrefix = "audit-anchors/virginia/";
const length = 7;
const keyOf = (number: number) => numberedKey(prefix, number);

const logIn = (store: MemoryStore): AuditLog => ({ store, prefix, name });
const anchorsIn = (store: MemoryStore) => ({ store, prefix: anchorPrefix, name });

/** A log, and outside of it an anchor for each of the numbers given. */
async function written(anchored: readonly number[], log = name) {
  const [store, outside] = [memoryStore(), memoryStore()];
  for (let number = 1; number <= length; number++) {
    const head = await appendRecord(
      { store, prefix, name: log },
      content({ point: `point-${number}`, details: { bytes: number } }),
    );
    if (anchored.includes(number)) await writeAnchor({ ...anchorsIn(outside), name: log }, head);
  }
  return { store, outside };
}

const all = Array.from({ length }, (_, at) => at + 1);
let original: MemoryStore;
let outside: MemoryStore;
let others: MemoryStore[];
beforeAll(async () => {
  ({ store: original, outside } = await written(all));
  // Another history of the same log, and the log of another site.
  others = [(await written([])).store, (await written([], "chat/oregon/customer")).store];
});

const faultsOf = async (store: MemoryStore, anchors = outside) =>
  checkAudit(await readLog(logIn(store)), await readAnchors(anchorsIn(anchors)), logIn(store));

type Objects = Map<string, Buffer>;

function changed(mutate: (objects: Objects) => void): MemoryStore {
  const store = memoryStore();
  for (const [key, body] of original.objects) store.objects.set(key, Buffer.from(body));
  mutate(store.objects);
  return store;
}

const bodyOf = (objects: Objects, number: number) => objects.get(keyOf(number)) ?? Buffer.alloc(0);

/** What a careful hand does: it changes one record and links every later one to what it made of it. */
function forge(objects: Objects, from: number, edit: (record: Record<string, unknown>) => object): void {
  let previous: string | undefined;
  for (let number = from; number <= length; number++) {
    const record = JSON.parse(bodyOf(objects, number).toString());
    const text = canonical(number === from ? edit(record) : { ...record, previous });
    objects.set(keyOf(number), Buffer.from(text));
    previous = digest(text);
  }
}

const number = fc.integer({ min: 1, max: length });

/** Every way of laying hands on a log, with the first record that it strikes. */
const mutations: [string, fc.Arbitrary<{ first: number; mutate: (objects: Objects) => void }>][] = [
  [
    "a single byte changed",
    fc.tuple(number, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([first, offset, by]) => ({
      first,
      mutate(objects) {
        const body = bodyOf(objects, first);
        body[offset % body.byteLength] = (body[offset % body.byteLength] ?? 0) ^ by;
      },
    })),
  ],
  [
    "a field edited, in proper form",
    number.map((first) => ({
      first,
      mutate(objects) {
        const record = JSON.parse(bodyOf(objects, first).toString());
        objects.set(keyOf(first), Buffer.from(canonical({ ...record, outcome: "refused", exitCode: 2 })));
      },
    })),
  ],
  [
    "a record edited and all later ones linked to it anew",
    number.map((first) => ({
      first,
      mutate: (objects) =>
        forge(objects, first, (record) => ({ ...record, who: { user: "eve", host: "x" } })),
    })),
  ],
  [
    "one removed in the middle or at the end",
    number.map((first) => ({ first, mutate: (objects) => objects.delete(keyOf(first)) })),
  ],
  [
    "one removed, the later ones moved up and linked anew",
    fc.integer({ min: 1, max: length - 1 }).map((first) => ({
      first,
      mutate(objects) {
        let previous = first > 1 ? digest(bodyOf(objects, first - 1)) : undefined;
        for (let at = first; at < length; at++) {
          const record = JSON.parse(bodyOf(objects, at + 1).toString());
          const text = canonical({ ...record, sequence: at, previous });
          objects.set(keyOf(at), Buffer.from(text));
          previous = digest(text);
        }
        objects.delete(keyOf(length));
      },
    })),
  ],
  [
    "the tail cut",
    number.map((first) => ({
      first,
      mutate(objects) {
        for (let at = first; at <= length; at++) objects.delete(keyOf(at));
      },
    })),
  ],
  [
    "the tail cut and gone on with",
    number.map((first) => ({
      first,
      mutate(objects) {
        for (let at = first; at <= length; at++) {
          const record = JSON.parse(bodyOf(others[0]?.objects ?? objects, at).toString());
          const previous = at > 1 ? digest(bodyOf(objects, at - 1)) : undefined;
          objects.set(keyOf(at), Buffer.from(canonical({ ...record, previous })));
        }
      },
    })),
  ],
  [
    "two exchanged",
    fc
      .tuple(number, number)
      .filter(([a, b]) => a < b)
      .map(([first, second]) => ({
        first,
        mutate(objects) {
          const [one, other] = [bodyOf(objects, first), bodyOf(objects, second)];
          objects.set(keyOf(first), other).set(keyOf(second), one);
        },
      })),
  ],
  [
    "one put in again, far behind the end",
    fc.tuple(number, fc.integer({ min: 2, max: 90_000_000 })).map(([at, after]) => ({
      first: length + 1,
      mutate: (objects) => objects.set(keyOf(length + after), bodyOf(objects, at)),
    })),
  ],
  [
    "one put in again at the end",
    number.map((at) => ({
      first: length + 1,
      mutate: (objects) => objects.set(keyOf(length + 1), bodyOf(objects, at)),
    })),
  ],
  [
    "one inserted, the later ones moved down",
    number.map((first) => ({
      first,
      mutate(objects) {
        for (let at = length; at >= first; at--) objects.set(keyOf(at + 1), bodyOf(objects, at));
        objects.set(keyOf(first), bodyOf(others[0]?.objects ?? objects, first));
      },
    })),
  ],
  [
    "one of another history or another site's log in its place",
    fc.tuple(number, fc.nat(1)).map(([first, which]) => ({
      first,
      mutate: (objects) => objects.set(keyOf(first), bodyOf(others[which]?.objects ?? objects, first)),
    })),
  ],
  [
    "cut off",
    fc.tuple(number, fc.nat()).map(([first, keep]) => ({
      first,
      mutate(objects) {
        const body = bodyOf(objects, first);
        objects.set(keyOf(first), body.subarray(0, keep % body.byteLength));
      },
    })),
  ],
  [
    "something appended",
    fc.tuple(number, fc.uint8Array({ minLength: 1, maxLength: 8 })).map(([first, more]) => ({
      first,
      mutate: (objects) => objects.set(keyOf(first), Buffer.concat([bodyOf(objects, first), more])),
    })),
  ],
  [
    "a field said twice, the true one last",
    number.map((first) => ({
      first,
      mutate(objects) {
        const text = bodyOf(objects, first).toString();
        objects.set(keyOf(first), Buffer.from(text.replace("{\n", '{\n  "outcome": "failed",\n')));
      },
    })),
  ],
  [
    "a stray object",
    fc
      .constantFrom("00000/00000003.json.bak", "00000/3.json", "00007/00000003.json", "notes.txt")
      .map((key) => ({
        first: length + 1,
        mutate: (objects) => objects.set(`${prefix}${key}`, Buffer.from("{}")),
      })),
  ],
];

test("a log as it was written has no fault, with an anchor for each record, for some, for the last or for none", async () => {
  for (const anchored of [all, [2, 5], [length], []]) {
    const { store, outside: some } = await written(anchored);
    expect(await faultsOf(store, some)).toEqual([]);
    expect(anchoredUpTo(await readAnchors(anchorsIn(some)))).toBe(Math.max(0, ...anchored));
  }
});

test.each(mutations)("fault 37: %s: found, and the first bad index is named", async (what, arbitrary) => {
  await fc.assert(
    fc.asyncProperty(arbitrary, async ({ first, mutate }) => {
      const faults = await faultsOf(changed(mutate));
      // A stray object is named by where it stands among the keys.
      if (what === "a stray object") expect(faults).not.toEqual([]);
      else expect(faults[0]?.index).toBe(first);
    }),
    { numRuns: 100 },
  );
});

test("an anchor of the last record alone holds every record before it", async () => {
  const { store, outside: last } = await written([length]);
  for (const first of all) {
    const one = changed(() => undefined);
    for (const [key, body] of store.objects) one.objects.set(key, Buffer.from(body));
    forge(one.objects, first, (record) => ({ ...record, operation: "prune" }));
    expect((await faultsOf(one, last)).map(({ index }) => index)).toContain(length);

    const record = JSON.parse(bodyOf(store.objects, first).toString());
    const edited = changed(() => undefined);
    for (const [key, body] of store.objects) edited.objects.set(key, Buffer.from(body));
    edited.objects.set(keyOf(first), Buffer.from(canonical({ ...record, operation: "prune" })));
    // The edited record itself is named, not the one after it, which only knows better.
    expect((await faultsOf(edited, last))[0]?.index).toBe(first);
  }
});

test("without anchors a cut at the very end passes, which is why they are kept outside", async () => {
  const cut = changed((objects) => objects.delete(keyOf(length)));

  expect(await faultsOf(cut, memoryStore())).toEqual([]);
  expect(await faultsOf(cut)).toMatchObject([
    { index: length, key: keyOf(length), problem: expect.stringContaining("the log was cut") },
  ]);
});

test("an emptied log is a log that was cut at its first record", async () => {
  const faults = await faultsOf(changed((objects) => objects.clear()));

  expect(faults[0]).toMatchObject({
    index: 1,
    problem: expect.stringContaining(`1 to ${length} are missing`),
  });
});

test("an anchor that was edited or is another log's is a fault of its own", async () => {
  const forged = memoryStore();
  for (const [key, body] of outside.objects) forged.objects.set(key, Buffer.from(body));
  const third = numberedKey(anchorPrefix, 3);
  const anchor = JSON.parse(forged.objects.get(third)?.toString() ?? "{}");
  forged.objects.set(third, Buffer.from(canonical({ ...anchor, log: "shop/virginia/customer" })));

  expect(await faultsOf(original, forged)).toMatchObject([{ index: 3, key: third }]);
  forged.objects.set(third, Buffer.from("{}"));
  expect(await faultsOf(original, forged)).toMatchObject([{ index: 3, key: third }]);
});

test("a head is anchored once: a second record of the same number does not get past it", async () => {
  const { store, outside: anchors } = await written(all);
  const head = { sequence: length, sha256: digest(bodyOf(store.objects, length)) };

  await writeAnchor(anchorsIn(anchors), head);
  await expect(writeAnchor(anchorsIn(anchors), { ...head, sha256: "0".repeat(64) })).rejects.toThrow(
    `knows another record number ${length}`,
  );
});
