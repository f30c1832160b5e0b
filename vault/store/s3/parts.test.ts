import * as fc from "fast-check";
import { expect, test } from "vitest";

import { blocks, partBytes } from "./parts.js";

const mostParts = 10_000;
const largestPart = 5 * 1024 ** 3;
const leastPart = 5 * 1024 ** 2;

const capacity = (size: (part: number) => number, parts = mostParts) =>
  Array.from({ length: parts }, (_, part) => size(part)).reduce((sum, bytes) => sum + bytes, 0);

test("law: what is expected fits in equal parts, and eight times as much in as many as S3 takes (B10)", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1000 ** 4 }), (expected) => {
      const size = partBytes(expected);
      const equal = Math.ceil(expected / size(0));

      expect(size(Math.max(0, equal - 1))).toBe(size(0));
      expect(capacity(size)).toBeGreaterThan(8 * expected);
      expect(size(0)).toBeGreaterThanOrEqual(leastPart);
      expect(size(mostParts - 1)).toBeLessThan(largestPart);
    }),
  );
});

test("a stream of unknown size has 84 GB in equal parts of 16 MiB, and 713 GB in all", () => {
  const size = partBytes();

  expect(size(0)).toBe(16 * 1024 ** 2);
  expect(size(4_999)).toBe(size(0));
  expect(size(5_000)).toBe(2 * size(0));
  expect(Math.round(capacity(size, 5_000) / 1e9)).toBe(84);
  expect(Math.round(capacity(size) / 1e9)).toBe(713);
});

test("law: blocks have their sizes, and are the stream", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 40 })),
      fc.integer({ min: 1, max: 20 }),
      async (chunks, first) => {
        const size = (block: number) => first + block;
        const cut: Uint8Array[] = [];
        for await (const block of blocks(streamed(chunks), size)) cut.push(Buffer.from(block));

        expect(Buffer.concat(cut)).toEqual(Buffer.concat(chunks));
        for (const [number, block] of cut.entries())
          if (number < cut.length - 1) expect(block.length).toBe(size(number));
          else expect(block.length).toBeLessThanOrEqual(size(number));
      },
    ),
  );
});

async function* streamed(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
