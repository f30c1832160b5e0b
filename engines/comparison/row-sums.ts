import { createHash } from "node:crypto";

import type { Fingerprint } from "./hashes.js";

const newline = 0x0a;
const backslash = 0x5c;
const dot = 0x2e;
const block = 16;
/** Sums of 32-bit numbers are exact in a double for so many rows; then they are put aside. */
const exact = 1 << 20;

/**
 * Hashes rows as COPY writes them, a line each, whatever their order: the sum of the rows' hashes, and their number.
 *
 * Each row is hashed by MurmurHash3 (128 bits), here rather than by a library because it has to begin and end in the
 * middle of a stream's pieces, a hundred million times: a call of a cryptographic hash takes longer than all the rest
 * of a dump. A change within 16 bytes of one row changes the sum for certain, since every step of the hash can be undone;
 * any other goes unnoticed once in 2^128. That finds what goes wrong, not what somebody forges: the stored parts'
 * checksums guard against that.
 */
export class RowSums {
  #rows = 0;
  /** The sums of the four quarters of all hashes: what is still exact, and what was put aside. */
  readonly #sums = new Float64Array(4);
  readonly #aside = [0n, 0n, 0n, 0n];

  /** The row that has begun: its hash so far, its bytes, and those that do not fill a block yet. */
  #h1 = 0;
  #h2 = 0;
  #h3 = 0;
  #h4 = 0;
  #length = 0;
  #waiting = 0;
  readonly #tail = Buffer.alloc(block);
  readonly #tailView = new DataView(this.#tail.buffer, this.#tail.byteOffset, block);
  /** Of the memory that the last bytes were in: mostly the next ones are too, and a view is dear for a row. */
  #view: DataView = this.#tailView;
  /** A line of `\.` came, as a dump ends the rows of a table: no row, since COPY doubles each backslash. */
  #ended = false;

  /** Takes bytes of the stream, cut anywhere. @throws when rows follow what ends them */
  add(bytes: Buffer, from = 0, to = bytes.length): void {
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer);
    for (let at = from; at < to; ) {
      const end = bytes.indexOf(newline, at);
      if (end < 0 || end >= to) {
        this.#take(bytes, at, to);
        return;
      }
      this.#take(bytes, at, end);
      this.#endRow();
      at = end + 1;
    }
  }

  /** What all rows so far come down to. @throws when the last one has no end */
  fingerprint(columns: readonly string[]): Fingerprint {
    if (this.#length > 0) throw new Error("rows end in the middle of one");
    this.#putAside();
    const sha256 = createHash("sha256")
      .update([this.#rows, ...this.#aside.map((sum) => sum.toString(16))].join(":"))
      .digest("hex");
    return { rows: this.#rows, sha256, by: "copy", columns: [...columns] };
  }

  #take(bytes: Buffer, from: number, to: number): void {
    this.#length += to - from;
    let at = from;
    if (this.#waiting > 0) {
      at = Math.min(to, from + block - this.#waiting);
      bytes.copy(this.#tail, this.#waiting, from, at);
      this.#waiting += at - from;
      if (this.#waiting < block) return;
      this.#blocks(this.#tailView, 0, 1);
    }
    const whole = (to - at) >>> 4;
    if (whole > 0) this.#blocks(this.#view, bytes.byteOffset + at, whole);
    at += whole * block;
    this.#waiting = to - at;
    // A call for each of these few bytes would take longer.
    for (let index = 0; at < to; at += 1, index += 1) this.#tail[index] = bytes[at] as number;
  }

  #blocks(view: DataView, from: number, count: number): void {
    let [h1, h2, h3, h4] = [this.#h1, this.#h2, this.#h3, this.#h4];
    for (let at = from, end = from + count * block; at < end; at += block) {
      h1 ^= mixed(view.getInt32(at, true), c1, 15, c2);
      h1 = (Math.imul(rotated(h1, 19) + h2, 5) + 0x561ccd1b) | 0;
      h2 ^= mixed(view.getInt32(at + 4, true), c2, 16, c3);
      h2 = (Math.imul(rotated(h2, 17) + h3, 5) + 0x0bcaa747) | 0;
      h3 ^= mixed(view.getInt32(at + 8, true), c3, 17, c4);
      h3 = (Math.imul(rotated(h3, 15) + h4, 5) + 0x96cd1c35) | 0;
      h4 ^= mixed(view.getInt32(at + 12, true), c4, 18, c1);
      h4 = (Math.imul(rotated(h4, 13) + h1, 5) + 0x32ac3b17) | 0;
    }
    this.#h1 = h1;
    this.#h2 = h2;
    this.#h3 = h3;
    this.#h4 = h4;
  }

  #endRow(): void {
    if (this.#ended || (this.#length === 2 && this.#tail[0] === backslash && this.#tail[1] === dot)) {
      this.#end();
      return;
    }
    let [h1, h2, h3, h4] = [this.#h1, this.#h2, this.#h3, this.#h4];
    if (this.#waiting > 0) {
      // A word of nothing but zeros mixes to zero, as if it were not there; the length tells them apart.
      this.#tail.fill(0, this.#waiting);
      h4 ^= mixed(this.#tailView.getInt32(12, true), c4, 18, c1);
      h3 ^= mixed(this.#tailView.getInt32(8, true), c3, 17, c4);
      h2 ^= mixed(this.#tailView.getInt32(4, true), c2, 16, c3);
      h1 ^= mixed(this.#tailView.getInt32(0, true), c1, 15, c2);
    }
    h1 ^= this.#length;
    h2 ^= this.#length;
    h3 ^= this.#length;
    h4 ^= this.#length;
    h1 = (h1 + h2 + h3 + h4) | 0;
    h2 = (h2 + h1) | 0;
    h3 = (h3 + h1) | 0;
    h4 = (h4 + h1) | 0;
    h1 = final(h1);
    h2 = final(h2);
    h3 = final(h3);
    h4 = final(h4);
    h1 = (h1 + h2 + h3 + h4) | 0;
    const sums = this.#sums;
    sums[0] = (sums[0] as number) + (h1 >>> 0);
    sums[1] = (sums[1] as number) + ((h2 + h1) >>> 0);
    sums[2] = (sums[2] as number) + ((h3 + h1) >>> 0);
    sums[3] = (sums[3] as number) + ((h4 + h1) >>> 0);
    this.#begin();
    this.#rows += 1;
    if (this.#rows % exact === 0) this.#putAside();
  }

  #begin(): void {
    this.#h1 = 0;
    this.#h2 = 0;
    this.#h3 = 0;
    this.#h4 = 0;
    this.#length = 0;
    this.#waiting = 0;
  }

  /** Takes the line that ends all rows, or one of the empty ones after it. */
  #end(): void {
    if (this.#ended && this.#length > 0) throw new Error("rows follow the line that ends them");
    this.#ended = true;
    this.#begin();
  }

  #putAside(): void {
    for (const [index, sum] of this.#sums.entries())
      this.#aside[index] = (this.#aside[index] ?? 0n) + BigInt(sum);
    this.#sums.fill(0);
  }
}

const c1 = 0x239b961b;
const c2 = 0xab0e9789;
const c3 = 0x38b34ae5;
const c4 = 0xa1e38b93;

const rotated = (value: number, by: number) => (value << by) | (value >>> (32 - by));

const mixed = (word: number, first: number, by: number, second: number) =>
  Math.imul(rotated(Math.imul(word, first), by), second);

function final(value: number): number {
  let h = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
