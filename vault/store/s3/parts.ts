const mebibyte = 1024 * 1024;
const least = 8 * mebibyte;
const usual = 16 * mebibyte;

/** Parts of one size; S3 takes 10,000 in all. */
const equal = 5_000;
/** Parts of each size after them, twice as large as those before. */
const step = 1_250;

/**
 * Bytes of each part but the last, by its number from 0. All of an object of the expected size are equal, as some
 * compatible stores want them. A stream that turns out longer goes on in larger ones, up to eight times as long, instead
 * of failing at the ten-thousandth part: unexpected, that is 84 GB in equal parts and 713 GB in all.
 */
export function partBytes(expected?: number): (part: number) => number {
  const first =
    expected === undefined ? usual : Math.max(least, Math.ceil(expected / equal / mebibyte) * mebibyte);
  return (part) => first * 2 ** Math.max(0, Math.floor((part - equal) / step) + 1);
}

/** Cuts a stream into blocks of these sizes; the last may be smaller, and an empty stream has none. */
export async function* blocks(
  source: AsyncIterable<Uint8Array>,
  sizeOf: (block: number) => number,
): AsyncGenerator<Uint8Array> {
  let block = 0;
  let size = sizeOf(block);
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
      size = sizeOf(++block);
      pending = Buffer.allocUnsafe(size);
      filled = 0;
    }
  }
  if (filled > 0) yield pending.subarray(0, filled);
}
