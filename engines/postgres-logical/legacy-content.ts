import { decompressed, headed } from "../compressed.js";
import { type DumpFormat, dumpFormatOf, headBytes } from "./legacy-format.js";
import type { LegacyDump, ListedObject } from "./legacy-names.js";

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
  const plain = await decompressed(tapped(folder.read(key), seen), label, signal);
  const content = await headed(plain, headBytes);
  return { format: dumpFormatOf(content.head, label), content: content.all };
}

async function* tapped(content: AsyncIterable<Uint8Array>, seen: (chunk: Uint8Array) => void) {
  for await (const chunk of content) {
    seen(chunk);
    yield chunk;
  }
}
