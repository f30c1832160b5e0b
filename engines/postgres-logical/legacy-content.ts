import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { wordsOf } from "../../vault/errors.js";

import { EngineError } from "../errors.js";
import { compressionOf, type DumpFormat, dumpFormatOf, headBytes } from "./legacy-format.js";
import type { LegacyDump, ListedObject } from "./legacy-names.js";
import { chain } from "./processes.js";
import { toolPath } from "./tools.js";

/** Where another tool's dumps lie. */
export interface LegacyFolder {
  /** For people: where this is. */
  readonly label: string;
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Streams an object. @throws when it is missing or cannot be read */
  read(key: string): AsyncIterable<Uint8Array>;
}

/** A dump's format, and its content decompressed. @param seen called with every piece of the file as it is stored */
export async function opened(
  folder: LegacyFolder,
  { key }: LegacyDump,
  seen: (chunk: Uint8Array) => void,
  signal: AbortSignal | undefined,
): Promise<{ format: DumpFormat; content: AsyncIterable<Uint8Array> }> {
  const label = `${key} at ${folder.label}`;
  const stored = await headed(tapped(folder.read(key), seen));
  const compression = compressionOf(stored.head);
  const plain =
    compression === "gzip"
      ? gunzipped(stored.all, label)
      : compression === "zstd"
        ? chain([{ path: await toolPath("zstd"), args: ["-dcq"] }], { input: stored.all, signal })
        : stored.all;
  const content = await headed(plain);
  return { format: dumpFormatOf(content.head, label), content: content.all };
}

async function* tapped(content: AsyncIterable<Uint8Array>, seen: (chunk: Uint8Array) => void) {
  for await (const chunk of content) {
    seen(chunk);
    yield chunk;
  }
}

async function* gunzipped(content: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<Uint8Array> {
  const source = Readable.from(content);
  const gunzip = createGunzip();
  source.on("error", (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) yield chunk as Buffer;
  } catch (error) {
    if (error instanceof EngineError) throw error;
    throw new EngineError(`${label} cannot be decompressed: ${wordsOf(error)}`, 3, "restore an older dump", {
      cause: error,
    });
  }
}

/** The first bytes of a stream, and the whole of it. */
async function headed(
  content: AsyncIterable<Uint8Array>,
): Promise<{ head: Buffer; all: AsyncGenerator<Uint8Array> }> {
  const iterator = content[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < headBytes) {
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
