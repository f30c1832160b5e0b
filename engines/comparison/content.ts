import { Readable } from "node:stream";
import type pg from "pg";

import { type Catalogue, catalogueOf, grantsOf, rolesOf } from "./catalogue.js";
import { copyOut } from "./copy-out.js";
import { type Fingerprint, multisetFingerprint, orderedFingerprint, streamed } from "./hashes.js";
import { largeObjectRows } from "./large-objects.js";
import { RowSums } from "./row-sums.js";
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
   * what is missing but not what is changed. `counted where dumped`: what no dump carries whole is hashed.
   * @default "hashed"
   */
  readonly rows?: "hashed" | "counted" | "counted where dumped";
  /**
   * Hashes in the form that these have, so that both can be compared: older points have an older one, and columns may
   * be in another order.
   * @default the present form
   */
  readonly like?: Pick<DatabaseContent, "tables" | "largeObjects">;
  /** Tables that are read side by side, each over a connection of its own. @default 1 */
  readonly sessions?: number;
}

/**
 * Reads a database's content in one snapshot. Memory is bounded by the catalogue, not by the data.
 *
 * @throws when anything cannot be read, rows that a policy hides included
 */
export async function contentOf(
  address: DatabaseAddress,
  options: ContentOptions = {},
): Promise<DatabaseContent> {
  const { snapshot, largeObjects = true, rows = "hashed", like, sessions = 1 } = options;
  return inSnapshot(
    address,
    async (client) => {
      const waiting = await tablesOf(client);
      const tables: Record<string, Fingerprint> = {};
      const work = async (reader: pg.Client) => {
        for (let table = waiting.shift(); table; table = waiting.shift()) {
          const count = rows === "counted" || (rows !== "hashed" && table.kind === "table");
          tables[table.name] = count
            ? await counted(reader, `ONLY ${table.name}`)
            : await fingerprint(reader, table, like?.tables[table.name]);
        }
      };
      const shared = sessions > 1 ? await exportedSnapshot(client) : "";
      const helpers = Array.from({ length: sessions - 1 }, () => inSnapshot(address, work, shared));
      const own = async () => {
        await work(client);
        return {
          largeObjects:
            rows === "hashed" || !largeObjects
              ? await (like?.largeObjects.by === "order" ? orderedFingerprint : multisetFingerprint)(
                  largeObjects ? largeObjectRows(client) : Readable.from([]),
                )
              : await counted(client, "pg_catalog.pg_largeobject_metadata"),
          sequences: await sequencesOf(client),
          catalogue: kept(await catalogueOf(client), largeObjects),
          grants: kept(await grantsOf(client), largeObjects),
          roles: await rolesOf(client),
        };
      };
      // The snapshot is kept until all have ended: whoever fails first is told, and none is left behind.
      const all = [own(), ...helpers] as const;
      for (const one of all) one.catch(() => waiting.splice(0));
      const [rest, ...others] = await Promise.allSettled(all);
      const failed = others.find((one) => one.status === "rejected");
      if (rest.status === "rejected") throw rest.reason;
      if (failed) throw failed.reason;
      return { tables, ...rest.value };
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

async function exportedSnapshot(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ id: string }>("SELECT pg_catalog.pg_export_snapshot() AS id");
  return rows[0]?.id ?? "";
}

async function counted(client: pg.Client, from: string): Promise<Fingerprint> {
  const { rows } = await client.query<{ n: string }>(`SELECT count(*) AS n FROM ${from}`);
  return { rows: Number(rows[0]?.n), sha256: "", by: "count" };
}

async function fingerprint(client: pg.Client, table: Table, like?: Fingerprint): Promise<Fingerprint> {
  if (like?.by === "order" || like?.by === "multiset") {
    const rows = streamed<{ digest: Buffer }>(client, rowsStatement(table));
    return table.key.length > 0 ? orderedFingerprint(rows) : multisetFingerprint(rows);
  }
  const sums = new RowSums();
  const columns = sameNames(like?.columns, table.copied) ?? table.copied;
  await copyOut(client, table, columns, (bytes) => sums.add(bytes));
  return sums.fingerprint(columns);
}

/** The first, when both hold the same names: a table that was restored may have its columns in another order. */
function sameNames(wanted: readonly string[] | undefined, there: readonly string[]) {
  return wanted?.length === there.length && wanted.every((name) => there.includes(name)) ? wanted : undefined;
}
