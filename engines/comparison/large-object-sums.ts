import { createHash, type Hash } from "node:crypto";

import { DigestSum, type Fingerprint } from "./hashes.js";
import { chunk } from "./large-objects.js";

const sha256 = () => createHash("sha256");

/** Hashes large objects as they stream by, whatever their order, to what the server's hashes of them come down to. */
export class LargeObjectSums {
  readonly #sum = new DigestSum();

  /** Begins one large object. */
  begin(oid: number): LargeObjectHash {
    return new LargeObjectHash(oid, (digest) => this.#sum.add(digest));
  }

  fingerprint(): Fingerprint {
    return this.#sum.fingerprint();
  }
}

/** One of them, in pieces of 1 MiB as the server hashes it. */
export class LargeObjectHash {
  readonly #whole: Hash;
  readonly #done: (digest: Buffer) => void;
  #piece = sha256();
  #filled = 0;
  #pieces = 0;

  constructor(oid: number, done: (digest: Buffer) => void) {
    this.#whole = sha256().update(String(oid));
    this.#done = done;
  }

  /** Takes the next bytes, cut anywhere. */
  add(bytes: Buffer, from = 0, to = bytes.length): void {
    for (let at = from; at < to; ) {
      const part = bytes.subarray(at, Math.min(to, at + chunk - this.#filled));
      this.#piece.update(part);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === chunk) this.#endPiece();
    }
  }

  end(): void {
    // An empty one has one piece, which is empty.
    if (this.#filled > 0 || this.#pieces === 0) this.#endPiece();
    this.#done(this.#whole.digest());
  }

  #endPiece(): void {
    this.#whole.update(this.#piece.digest());
    this.#piece = sha256();
    this.#filled = 0;
    this.#pieces += 1;
  }
}
