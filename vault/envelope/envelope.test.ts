import { randomBytes } from "node:crypto";

import fc from "fast-check";
import { expect, test } from "vitest";

import { open, type SealKey, seal } from "./envelope.js";

const key: SealKey = {
  id: "data-000001",
  secret: randomBytes(32),
  context: { plan: "chat", dataset: "messages", object: "dumps/1" },
};

async function* streamed(...chunks: Uint8Array[]) {
  yield* chunks;
}

async function whole(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sealed = (body: Uint8Array) => whole(seal(streamed(body), key));

test.each([0, 1, 65_535, 65_536, 65_537, 300_000])(
  "%i bytes open to what was sealed, and lie nowhere in clear",
  async (size) => {
    const body = randomBytes(size);
    const envelope = await sealed(body);

    expect((await whole(open(streamed(envelope), key))).equals(body)).toBe(true);
    if (size > 16) expect(envelope.includes(body.subarray(0, 16))).toBe(false);
  },
);

test("an envelope opens however its bytes are cut into chunks", async () => {
  const body = randomBytes(150_000);
  const envelope = await sealed(body);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: envelope.byteLength - 1 }), { maxLength: 8 }),
      async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), envelope.byteLength];
        const chunks = at
          .slice(1)
          .map((end, index) => envelope.subarray(at[index], end))
          .filter((chunk) => chunk.byteLength > 0);
        expect((await whole(open(streamed(...chunks), key))).equals(body)).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
});

test("every single byte that changes is found, and so is every cut", async () => {
  const envelope = await sealed(randomBytes(70_000));
  await fc.assert(
    fc.asyncProperty(fc.nat(envelope.byteLength - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
      const changed = Buffer.from(envelope);
      changed[at] = (changed[at] ?? 0) ^ by;
      await expect(whole(open(streamed(changed), key))).rejects.toThrow();
      await expect(whole(open(streamed(envelope.subarray(0, at)), key))).rejects.toThrow();
    }),
    { numRuns: 100 },
  );
});

test("another key does not open it, nor the same key for another object; no error shows a key", async () => {
  const envelope = await sealed(randomBytes(1_000));
  const failure = (other: SealKey) => whole(open(streamed(envelope), other)).then(() => "opened", String);

  const wrong = await failure({ ...key, secret: randomBytes(32) });
  expect(wrong).toContain("does not open with key data-000001");
  expect(wrong).not.toContain(Buffer.from(key.secret).toString("hex"));
  expect(await failure({ ...key, id: "data-000002" })).toContain("does not open with key data-000002");
  expect(await failure({ ...key, context: { ...key.context, object: "dumps/2" } })).toContain(
    'sealed for object "dumps/1", not for "dumps/2"',
  );
});

test("a source that fails is told to whoever reads, while sealing and while opening", async () => {
  const broken = async function* () {
    yield randomBytes(100_000);
    throw new Error("the disk broke");
  };
  await expect(whole(seal(broken(), key))).rejects.toThrow("the disk broke");
  const cut = async function* () {
    yield (await sealed(randomBytes(200_000))).subarray(0, 100_000);
    throw new Error("the line broke");
  };
  await expect(whole(open(cut(), key))).rejects.toThrow("the line broke");
});

test("a reader that stops early ends the source too", async () => {
  let ended = false;
  const endless = async function* () {
    try {
      for (;;) yield randomBytes(65_536);
    } finally {
      ended = true;
    }
  };
  for await (const _ of seal(endless(), key)) break;
  expect(ended).toBe(true);
});
