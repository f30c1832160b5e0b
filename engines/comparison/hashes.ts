import { createHash } from "node:crypto";
import type pg from "pg";

/** What a table, or any list of hashed things, comes down to. */
export interface Fingerprint {
  readonly rows: number;
  /** SHA-256, hexadecimal; empty where rows were only counted. */
  readonly sha256: string;
  /**
   * How it was made; two compare only when they were made alike. `copy`: the sum of the hashes of rows as COPY writes
   * them. `multiset`: the sum of SHA-256 of each. `order`: of the rows in the order of their key. `count`: rows were
   * counted, not read. Points of before 2026-11-28 have `order`, and `multiset` for tables without a key.
   */
  readonly by: "copy" | "multiset" | "order" | "count";
  /** Columns in the order in which they were hashed; only with `copy`. */
  readonly columns?: readonly string[];
}

/** A row as a stream shows it. */
export interface HashedRow {
  readonly digest: Buffer;
  /** For people; only where it was asked for. */
  readonly key?: string;
}

/** Rows that are in memory at a time. */
const page = 2_000;

/** Streams a query's rows through a cursor: memory stays bounded by one page. */
export async function* streamed<Row extends pg.QueryResultRow>(
  client: pg.Client,
  query: string,
): AsyncGenerator<Row> {
  await client.query(`DECLARE secondsite_rows NO SCROLL CURSOR FOR ${query}`);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${page} FROM secondsite_rows`);
    yield* rows;
    if (rows.length < page) break;
  }
  await client.query("CLOSE secondsite_rows");
}

/** Hashes rows that come in a fixed order. */
export async function orderedFingerprint(rows: AsyncIterable<HashedRow>): Promise<Fingerprint> {
  const hash = createHash("sha256");
  let count = 0;
  for await (const { digest } of rows) {
    hash.update(digest);
    count += 1;
  }
  return { rows: count, sha256: hash.digest("hex"), by: "order" };
}

/** Sums of SHA-256 are kept modulo this. */
const modulus = 1n << 256n;

/**
 * Hashes rows whatever their order, duplicates included: the sum of their hashes modulo 2^256, and their number.
 *
 * It tells apart what goes wrong by itself. Somebody who may choose the rows of a table without a key could find
 * other rows with the same sum; the checksums of the stored parts guard against that.
 */
export async function multisetFingerprint(rows: AsyncIterable<HashedRow>): Promise<Fingerprint> {
  const sum = new DigestSum();
  for await (const { digest } of rows) sum.add(digest);
  return sum.fingerprint();
}

/** The sum that a multiset comes down to, one hash at a time. */
export class DigestSum {
  #sum = 0n;
  #count = 0;

  /** @param digest SHA-256 of one thing */
  add(digest: Buffer): void {
    this.#sum = (this.#sum + BigInt(`0x${digest.toString("hex")}`)) % modulus;
    this.#count += 1;
  }

  fingerprint(): Fingerprint {
    const sha256 = createHash("sha256")
      .update(`${this.#count}:${this.#sum.toString(16)}`)
      .digest("hex");
    return { rows: this.#count, sha256, by: "multiset" };
  }
}

/**
 * The first place at which two streams in the same order differ; undefined when they are equal.
 *
 * Reads both side by side and no further.
 */
export async function firstDifference(
  left: AsyncGenerator<HashedRow>,
  right: AsyncGenerator<HashedRow>,
): Promise<{ readonly at: number; readonly left?: string; readonly right?: string } | undefined> {
  for (let at = 1; ; at += 1) {
    const [one, other] = await Promise.all([left.next(), right.next()]);
    if (one.done && other.done) return undefined;
    if (!one.done && !other.done && one.value.digest.equals(other.value.digest)) continue;
    return {
      at,
      ...(one.done ? {} : { left: one.value.key ?? "" }),
      ...(other.done ? {} : { right: other.value.key ?? "" }),
    };
  }
}
