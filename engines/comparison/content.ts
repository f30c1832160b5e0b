import { Readable } from "node:stream";
import type pg from "pg";

import { type Catalogue, catalogueOf, grantsOf, rolesOf } from "./catalogue.js";
import { type Fingerprint, multisetFingerprint, orderedFingerprint, streamed } from "./hashes.js";
import { largeObjectRows } from "./large-objects.js";
import { type SequenceState, sequencesOf } from "./sequences.js";
import { type DatabaseAddress, inSnapshot } from "./session.js";
import { rowsStatement, type Table, tablesOf } from "./tables.js";

/** All that a database holds, small enough to keep beside a recovery point: rows and large objects as hashes. */
export interface DatabaseContent {
  /** By `schema.table`. */
  readonly tables: Readonly<Record<string, Fingerprint>>;
  readonly largeObjects: Fingerprint;
  readonly sequences: Readonly<Record<string, SequenceState>>;
  readonly catalogue: Catalogue;
  readonly grants: Catalogue;
  /** Roles and tablespaces: they belong to the whole server. */
  readonly roles: Catalogue;
}

/** What to read. */
export interface ContentOptions {
  /** A snapshot that another session exported and keeps open. @default a new one */
  readonly snapshot?: string;
  /**
   * Whether large objects are read; a role that may not read them all fails otherwise.
   * @default true
   */
  readonly largeObjects?: boolean;
  /**
   * `hashed`: every row and large object is read. `counted`: they are only counted, which is much cheaper, and finds
   * what is missing but not what is changed.
   * @default "hashed"
   */
  readonly rows?: "hashed" | "counted";
}

/**
 * Reads a database's content in one snapshot. Memory is bounded by the catalogue, not by the data.
 *
 * @throws when anything cannot be read, rows that a policy hides included
 */
export async function contentOf(
  address: DatabaseAddress,
  { snapshot, largeObjects = true, rows = "hashed" }: ContentOptions = {},
): Promise<DatabaseContent> {
  return inSnapshot(
    address,
    async (client) => {
      const tables: Record<string, Fingerprint> = {};
      for (const table of await tablesOf(client))
        tables[table.name] =
          rows === "hashed" ? await fingerprint(client, table) : await counted(client, `ONLY ${table.name}`);
      return {
        tables,
        largeObjects:
          rows === "counted" && largeObjects
            ? await counted(client, "pg_catalog.pg_largeobject_metadata")
            : await orderedFingerprint(largeObjects ? largeObjectRows(client) : Readable.from([])),
        sequences: await sequencesOf(client),
        catalogue: kept(await catalogueOf(client), largeObjects),
        grants: kept(await grantsOf(client), largeObjects),
        roles: await rolesOf(client),
      };
    },
    snapshot,
  );
}

/** Without large objects, who may read them and what was written about them is left out too. */
function kept(catalogue: Catalogue, largeObjects: boolean): Catalogue {
  if (largeObjects) return catalogue;
  const entries = Object.entries(catalogue);
  return Object.fromEntries(entries.filter(([item]) => !/^(grants|comment) on large object /.test(item)));
}

async function counted(client: pg.Client, from: string): Promise<Fingerprint> {
  const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${from}`);
  return { rows: Number(rows[0]?.n), sha256: "", by: "count" };
}

async function fingerprint(client: pg.Client, table: Table): Promise<Fingerprint> {
  const rows = streamed<{ digest: Buffer }>(client, rowsStatement(table));
  return table.key.length > 0 ? orderedFingerprint(rows) : multisetFingerprint(rows);
}
