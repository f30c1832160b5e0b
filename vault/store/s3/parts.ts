/** S3 takes no more parts than this; some margin stays. */
const mostParts = 9_900;
const mebibyte = 1024 * 1024;
const least = 8 * mebibyte;
const usual = 100 * 1000 ** 3;

/** Bytes of every part but the last. Compatible stores want them equal, so it is decided beforehand. */
export function partBytesFor(expected: number = usual): number {
  return Math.max(least, Math.ceil(expected / mostParts / mebibyte) * mebibyte);
}

/** Cuts a stream into blocks of one size; the last may be smaller, and an empty stream has none. */
export async function* blocks(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let pending = Buffer.allocUnsafe(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength; ) {
      const taken = Math.min(size - filled, chunk.byteLength - at);
      pending.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < size) continue;
      yield pending;
      pending = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield pending.subarray(0, filled);
}
