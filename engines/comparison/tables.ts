import pg from "pg";

/** A table as the comparer reads it. */
export interface Table {
  /** `schema.table`, quoted where SQL needs it. */
  readonly name: string;
  /** The server's own number of it; another database has another. */
  readonly oid: string;
  /**
   * A `table` is dumped with all its rows. Those of a materialised view are computed again, and of an extension's table
   * only those are dumped that the extension asks for.
   */
  readonly kind: "table" | "materialised view" | "extension's table";
  /** Columns as COPY writes them: in the order of the table, without those that are computed. */
  readonly copied: readonly string[];
  /** Columns of its primary key, or of a unique index that allows no NULL; empty when it has neither. */
  readonly key: readonly KeyColumn[];
  readonly columns: readonly Column[];
}

interface Column {
  readonly name: string;
  /** Hashed by itself: its text would be twice its size, and text ends at 1 GiB. */
  readonly binary: boolean;
}

interface KeyColumn {
  readonly name: string;
  /** Its order depends on a collation, which another machine may have in another version. */
  readonly collatable: boolean;
}

/**
 * Every table that holds rows of its own: ordinary ones, partitions, materialised views. Not what extensions own, but
 * for the tables whose rows they ask to be dumped.
 *
 * Columns are in the order of their names: inheritance may restore them in another order.
 */
const query = `
SELECT format('%I.%I', n.nspname, c.relname) AS name, c.oid::text AS oid,
       CASE WHEN c.relkind = 'm' THEN 'materialised view'
            WHEN EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            THEN 'extension''s table' ELSE 'table' END AS kind,
       coalesce((SELECT json_agg(a.attname ORDER BY a.attnum)
                   FROM pg_attribute a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''), '[]') AS copied,
       coalesce((SELECT json_agg(json_build_object('name', a.attname, 'binary', a.atttypid = 'bytea'::regtype)
                                 ORDER BY a.attname COLLATE "C")
                   FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns,
       coalesce((SELECT json_agg(json_build_object('name', a.attname, 'collatable', a.attcollation <> 0) ORDER BY k.nr)
                   FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, nr)
                   JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                  WHERE k.nr <= i.indnkeyatts), '[]') AS key
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN LATERAL (
    SELECT * FROM pg_index i
     WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
       AND i.indpred IS NULL AND i.indexprs IS NULL
       AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) AS k(attnum)
                         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                        WHERE NOT a.attnotnull)
     ORDER BY i.indisprimary DESC, i.indnkeyatts, i.indexrelid::regclass::text COLLATE "C"
     LIMIT 1) i ON true
 WHERE c.relkind IN ('r', 'm') AND c.relispopulated AND c.relpersistence <> 't'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
   AND (NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        OR EXISTS (SELECT FROM pg_extension e WHERE c.oid = ANY (e.extconfig)))
 ORDER BY 1`;

/** Lists the tables of a database. */
export async function tablesOf(client: pg.Client): Promise<Table[]> {
  return (await client.query<Table>(query)).rows;
}

/**
 * Each row's hash, computed by the server: 32 bytes travel, however large the row is.
 *
 * @param named with the row's key as text, for people. @default without
 */
export function rowsStatement({ name, key, columns }: Table, named = false): string {
  const { escapeIdentifier: quoted } = pg;
  const values = columns.map((column) =>
    column.binary ? `pg_catalog.sha256(t.${quoted(column.name)})` : `t.${quoted(column.name)}`,
  );
  // No conversion and no check of what is stored: the very bytes are hashed.
  const bytes = `pg_catalog.convert_to(ROW(${values.join(", ")})::text, pg_catalog.getdatabaseencoding())`;
  const keyText = `ROW(${key.map((column) => `t.${quoted(column.name)}`).join(", ")})::text`;
  const order = key.map(
    (column) => `t.${quoted(column.name)}${column.collatable ? ` COLLATE pg_catalog."C"` : ""}`,
  );
  return [
    `SELECT pg_catalog.sha256(${bytes}) AS digest${named ? `, ${keyText} AS key` : ""}`,
    `FROM ONLY ${name} t`,
    ...(order.length > 0 ? [`ORDER BY ${order.join(", ")}`] : []),
  ].join(" ");
}
