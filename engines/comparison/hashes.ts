import { createHash } from "node:crypto";
import type pg from "pg";

/** What a table, or any list of hashed things, comes down to. */
export interface Fingerprint {
  readonly rows: number;
  /** SHA-256, hexadecimal; empty where rows were only counted. */
  readonly sha256: string;
  /**
   * `order`: of the rows in the order of their key. `multiset`: whatever their order; for tables without a key.
   * `count`: rows were counted, not read.
   */
  readonly by: "order" | "multiset" | "count";
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

const modulus = 1n << 256n;

/**
 * Hashes rows whatever their order, duplicates included: the sum of their hashes modulo 2^256, and their number.
 *
 * It tells apart what goes wrong by itself. Somebody who may choose the rows of a table without a key could find
 * other rows with the same sum; the checksums of the stored parts guard against that.
 */
export async function multisetFingerprint(rows: AsyncIterable<HashedRow>): Promise<Fingerprint> {
  let sum = 0n;
  let count = 0;
  for await (const { digest } of rows) {
    sum = (sum + BigInt(`0x${digest.toString("hex")}`)) % modulus;
    count += 1;
  }
  const sha256 = createHash("sha256")
    .update(`${count}:${sum.toString(16)}`)
    .digest("hex");
  return { rows: count, sha256, by: "multiset" };
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
