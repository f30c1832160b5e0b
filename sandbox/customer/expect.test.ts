import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { canonicalRow, contentOf } from "./canonical.js";
import { expectedContent } from "./expect.js";
import { changesOf } from "./operation.js";

const at = "2026-01-01T00:00:00.123Z";
const population = { seed: "seven", rows: 2000, lanes: 2 };
const upTo = (count: number, lane = 0) =>
  Array.from({ length: count }, (_, index) => ({ lane, number: index + 1, at }));

describe("the expected content of each table is a function of seed and operations", () => {
  test("the same twice, in whatever order lanes are given", () => {
    const [a, b] = [upTo(100, 0), upTo(100, 1)];

    expect(expectedContent(population, [...b, ...a])).toEqual(expectedContent(population, [...a, ...b]));
  });

  test("the load alone has the rows it was asked for", () => {
    const { channels, loads, messages, operations, reactions } = expectedContent(population, []);

    expect([channels, loads, messages, operations, reactions].map(({ rows }) => rows)).toEqual([
      16, 1, 2000, 0, 200,
    ]);
  });

  test("every operation changes it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 0, max: 1 }), (count, lane) => {
        const before = expectedContent(population, upTo(count, lane));
        const after = expectedContent(population, upTo(count + 1, lane));
        expect(after.operations.checksum).not.toBe(before.operations.checksum);
      }),
      { numRuns: 20 },
    );
  });

  test("another seed is another content", () => {
    const other = expectedContent({ ...population, seed: "eight" }, []);

    expect(other.messages.checksum).not.toBe(expectedContent(population, []).messages.checksum);
  });
});

test("customers insert, update, delete and do several at once, each lane in rows of its own", () => {
  const touched = [0, 1].map((lane) => {
    const changes = upTo(500, lane).flatMap(({ number }) => changesOf(population, lane, number, at));
    expect(new Set(changes.map(({ kind }) => kind))).toEqual(
      new Set(["insert", "update", "delete", "react"]),
    );
    return new Set(changes.map(({ id }) => id));
  });
  const [first = new Set(), second = new Set()] = touched;

  expect([...first].filter((id) => second.has(id))).toEqual([]);
});

test("one changed byte, a missing row or two rows in another order change the checksum", () => {
  const rows = Array.from({ length: 3000 }, (_, id) => canonicalRow([id, `row ${id}`, null]));
  const { checksum } = contentOf(rows);
  const changed = rows.with(1500, canonicalRow([1500, "row 1501", null]));
  const swapped = rows.with(0, rows[1] ?? "").with(1, rows[0] ?? "");

  for (const other of [changed, rows.slice(1), swapped]) expect(contentOf(other).checksum).not.toBe(checksum);
});

test("rows read as PostgreSQL's COPY writes them", () => {
  expect(canonicalRow([1, null, "a\tb\nc\\d\r\v\f\b", "\\."])).toBe(
    "1\t\\N\ta\\tb\\nc\\\\d\\r\\v\\f\\b\t\\\\.\n",
  );
});

test("a million rows are expected one by one", () => {
  const { messages } = expectedContent({ ...population, rows: 1_000_000 }, upTo(100));
  expect(messages.rows).toBeGreaterThan(999_900);
});
