import { PassThrough, Readable } from "node:stream";

/** Bytes that wait for a branch that is behind the others. */
const waiting = 1 << 20;

/** One stream read by several: the slowest decides the pace, one that gives up holds up nobody. */
export interface FanOut {
  readonly branches: readonly Readable[];
  /** Why the source broke off; undefined while it has not. */
  broken(): unknown;
  /** Lets go of the source, whether it was read to its end or not. */
  close(): void;
}

/** Splits a stream; memory stays bounded by a mebibyte a branch. */
export function fanOut(source: AsyncIterable<Uint8Array>, count: number): FanOut {
  const readable = Readable.from(source, { objectMode: false, highWaterMark: waiting });
  let broken: unknown;
  const branches = Array.from({ length: count }, () => {
    const branch = new PassThrough({ highWaterMark: waiting });
    // Whoever reads it is told; here it only must not end the process.
    branch.on("error", () => undefined);
    return readable.pipe(branch);
  });
  readable.on("error", (error) => {
    broken = error;
    for (const branch of branches) branch.destroy(error);
  });
  return { branches, broken: () => broken, close: () => void readable.destroy() };
}
