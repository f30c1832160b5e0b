import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import { wordsOf } from "../vault/errors.js";
import { EngineError } from "./errors.js";
import { zstdProgram } from "./path-programs.js";
import { chain } from "./processes.js";

/** How content is compressed, by its first bytes. */
export type Compression = "gzip" | "zstd" | "none";

/** How many bytes a compression is told by. */
const magicBytes = 4;

/** Tells a compression by the first bytes, whatever the name. */
export function compressionOf(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return "zstd";
  return "none";
}

/**
 * Content as it was before it was compressed, if it was.
 *
 * @param label for messages: the object, and where it lies
 * @throws EngineError (3) at once when zstd is needed and not installed, and while it is read when it cannot be decompressed
 */
export async function decompressed(
  content: AsyncIterable<Uint8Array>,
  label: string,
  signal?: AbortSignal,
): Promise<AsyncIterable<Uint8Array>> {
  const { head, all } = await headed(content, magicBytes);
  const compression = compressionOf(head);
  if (compression === "gzip") return gunzipped(all, label);
  if (compression === "none") return all;
  return chain([{ path: await zstdProgram(), args: ["-dcq"] }], { input: all, signal });
}

/** The first bytes of a stream, and the whole of it. @param bytes how many at the least, as far as there are so many */
export async function headed(
  content: AsyncIterable<Uint8Array>,
  bytes: number,
): Promise<{ head: Buffer; all: AsyncGenerator<Uint8Array> }> {
  const iterator = content[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < bytes) {
    const { value, done } = await iterator.next();
    if (done) break;
    first.push(value);
    size += value.length;
  }
  async function* all() {
    try {
      yield* first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return { head: Buffer.concat(first), all: all() };
}

async function* gunzipped(content: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<Uint8Array> {
  const source = Readable.from(content);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(`${label} cannot be decompressed: ${wordsOf(error)}`, 3, "restore an older point", {
      cause: error,
    });
  }
}
