import { createHash } from "node:crypto";
import type pg from "pg";

import { type HashedRow, streamed } from "./hashes.js";

/** Bytes of a large object that are hashed at a time. */
export const chunk = 1 << 20;

interface First {
  readonly oid: string;
  readonly digest: Buffer;
  readonly length: number;
}

/**
 * Every large object in the order of its number, hashed by content in pieces of 1 MiB by the server.
 *
 * By content, not by page: a hole and a page of zeros read the same, and a dump writes one as the other.
 */
export async function* largeObjectRows(client: pg.Client): AsyncGenerator<HashedRow> {
  const piece = (at: string) => `pg_catalog.lo_get(m.oid, ${at}, ${chunk})`;
  const first = `SELECT m.oid::text, pg_catalog.sha256(p.data) AS digest, pg_catalog.length(p.data) AS length
    FROM pg_catalog.pg_largeobject_metadata m, LATERAL (SELECT ${piece("0")} AS data) p ORDER BY m.oid`;
  for await (const { oid, digest, length } of streamed<First>(client, first)) {
    const hash = createHash("sha256").update(oid).update(digest);
    for (let at = chunk, full = length === chunk; full; at += chunk) {
      const { rows } = await client.query<First>(
        `SELECT pg_catalog.sha256(p.data) AS digest, pg_catalog.length(p.data) AS length
           FROM (SELECT pg_catalog.lo_get($1::oid, $2::bigint, ${chunk}) AS data) p`,
        [oid, at],
      );
      const [next] = rows;
      if (!next || next.length === 0) break;
      hash.update(next.digest);
      full = next.length === chunk;
    }
    yield { digest: hash.digest(), key: oid };
  }
}
