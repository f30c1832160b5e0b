import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";

import { RowSums } from "./row-sums.js";

/** What one row with these hash quarters comes down to. */
const ofOne = (quarters: readonly string[]) =>
  createHash("sha256")
    .update(["1", ...quarters.map((quarter) => BigInt(`0x${quarter}`).toString(16))].join(":"))
    .digest("hex");

const sums = (text: string | Buffer, cuts: readonly number[] = []) => {
  const rows = new RowSums();
  const bytes = Buffer.from(text);
  let from = 0;
  for (const cut of cuts.toSorted((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length);
    // Once as a piece of its own memory, once as a place in a larger one.
    if (cut % 2 === 0) rows.add(Buffer.from(bytes.subarray(from, to)));
    else rows.add(bytes, from, to);
    from = to;
  }
  rows.add(bytes, from);
  return rows.fingerprint(["a"]);
};

// As Python's mmh3 5 computes it: hash_bytes(text, 0, x64arch=False), four little-endian words.
test.for([
  ["The quick brown fox jumps over the lazy dog", "2f1583c3 ecee2c67 5d7bf66c e5e91d2c"],
  ["I will not buy this record, it is scratched.", "a0a9683b 25ac5e40 d9af2895 890dddf5"],
  ["aaaaaaaaaaaaaaaa", "c2cc4a68 c77161e0 48b411a1 4787d726"],
  ["bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", "a0572f01 c822680b f9f80777 1b3df6f2"],
  ["", "00000000 00000000 00000000 00000000"],
])("a row's hash is MurmurHash3's: %s", ([text, hash]) => {
  expect(sums(`${text}\n`)).toEqual({
    rows: 1,
    sha256: ofOne((hash ?? "").split(" ")),
    by: "copy",
    columns: ["a"],
  });
});

const line = fc.string({ unit: "grapheme", maxLength: 70 }).map((text) => text.replace(/[\n\\]/g, "|"));
const lines = fc.array(line, { minLength: 1, maxLength: 40 });
const text = (rows: readonly string[]) => rows.map((row) => `${row}\n`).join("");

test("neither where a stream is cut nor the order of rows matters", () => {
  fc.assert(
    fc.property(lines, fc.array(fc.nat(2_000)), fc.func(fc.nat()), (rows, cuts, key) => {
      const whole = sums(text(rows));
      expect(sums(text(rows), cuts)).toEqual(whole);
      expect(sums(text(rows.toSorted((a, b) => key(a) - key(b))))).toEqual(whole);
    }),
  );
});

test("one changed byte, one row more, less or twice, and a value that moved to another row are found", () => {
  fc.assert(
    fc.property(lines, fc.nat(), fc.integer({ min: 1, max: 255 }), (rows, place, change) => {
      const whole = sums(text(rows)).sha256;
      const changed = Buffer.from(text(rows));
      const at = place % changed.length;
      changed[at] = (changed[at] ?? 0) ^ change;
      // A byte that becomes the end of a row, or was one, makes other rows.
      if (changed.at(-1) === 0x0a && !changed.includes("\\")) expect(sums(changed).sha256).not.toBe(whole);
      expect(sums(text(rows.slice(1))).sha256).not.toBe(whole);
      expect(sums(text([...rows, rows[0] ?? ""])).sha256).not.toBe(whole);
    }),
  );
  expect(sums("a\tb\nc\td\n").sha256).not.toBe(sums("a\td\nc\tb\n").sha256);
  expect(sums("\n").sha256).not.toBe(sums("\0\n").sha256);
});

test("the line that ends a dump's rows is none of them, and nothing may follow", () => {
  expect(sums("a\n\\.\n\n\n", [1, 3])).toEqual(sums("a\n"));
  expect(sums("\n\n\\.\n\n\n").rows).toBe(2);
  expect(() => sums("a\n\\.\nb\n")).toThrow("rows follow the line that ends them");
  expect(() => sums("a\nb")).toThrow("rows end in the middle of one");
});
