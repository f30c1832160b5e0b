import { notExtension, sorted, userSchema } from "./catalogue-parts.js";

const relation = "format('%I.%I', n.nspname, c.relname)";
const own = `${userSchema("n")} AND c.relpersistence <> 't' AND ${notExtension("pg_class", "c.oid")}`;
const kind = `CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'partitioned table' WHEN 'v' THEN 'view'
  WHEN 'm' THEN 'materialised view' WHEN 'f' THEN 'foreign table' WHEN 'S' THEN 'sequence' WHEN 'c' THEN 'composite type' END`;
const from = "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace";

/** The database itself, schemas, tables, columns, constraints, indexes, views, sequences. */
export const relationQueries: readonly string[] = [
  `SELECT 'database' AS item, format('encoding %s, collation %s, character type %s, provider %s, tablespace %s, connections %s, settings %s',
      pg_encoding_to_char(d.encoding), d.datcollate, d.datctype, d.datlocprovider, t.spcname, d.datconnlimit,
      (SELECT string_agg(format('%s: %s', coalesce(r.rolname, 'all'), o), '; ' ORDER BY r.rolname COLLATE "C", o COLLATE "C")
         FROM pg_db_role_setting s LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) AS o
        WHERE s.setdatabase = d.oid AND o !~ '^secondsite[.]')) AS definition
     FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace WHERE d.datname = current_database()`,
  `SELECT format('schema %I', n.nspname) AS item, '' AS definition FROM pg_namespace n
    WHERE ${userSchema("n")} AND ${notExtension("pg_namespace", "n.oid")}`,
  `SELECT format('extension %I', e.extname) AS item, format('version %s in schema %I', e.extversion, n.nspname) AS definition
     FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`,
  `SELECT ${kind} || ' ' || ${relation} AS item,
          format('persistence %s, access method %s, tablespace %s, options %s, row security %s/%s, replica identity %s, of type %s, partition key %s, partition bound %s, parents %s, populated %s',
            c.relpersistence, a.amname, t.spcname, ${sorted("c.reloptions")}, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
            CASE WHEN c.reloftype <> 0 THEN c.reloftype::regtype::text END, pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
            (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
            c.relispopulated) AS definition
     ${from} LEFT JOIN pg_am a ON a.oid = c.relam LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c') AND ${own}`,
  // A column's place counts but for inheritance, where a dump puts the parents' columns first.
  `SELECT format('column %s.%I', ${relation}, a.attname) AS item,
          format('%s, not null %s, default %s, identity %s, generated %s, collation %s, storage %s, compression %s, statistics %s, options %s, place %s',
            format_type(a.atttypid, a.atttypmod), a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
            CASE WHEN a.attcollation <> 0 THEN a.attcollation::regcollation::text END, a.attstorage, a.attcompression, a.attstattarget,
            ${sorted("a.attoptions")},
            CASE WHEN c.relispartition OR NOT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid)
                 THEN rank() OVER (PARTITION BY c.oid ORDER BY a.attnum) END) AS definition
     ${from} JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND ${own}`,
  `SELECT format('constraint %I on %s', k.conname,
            CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text ELSE k.contypid::regtype::text END) AS item,
          format('%s, validated %s', pg_get_constraintdef(k.oid), k.convalidated) AS definition
     FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
    WHERE ${userSchema("n")} AND ${notExtension("pg_class", "k.conrelid")} AND ${notExtension("pg_type", "k.contypid")}`,
  `SELECT 'index ' || ${relation} AS item,
          format('%s, valid %s, clustered %s, replica identity %s, tablespace %s', pg_get_indexdef(c.oid), i.indisvalid,
            i.indisclustered, i.indisreplident, t.spcname) AS definition
     ${from} JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_tablespace t ON t.oid = c.reltablespace
    WHERE ${own} AND ${notExtension("pg_class", "i.indrelid")}`,
  `SELECT ${kind} || ' ' || ${relation} || ' as' AS item, pg_get_viewdef(c.oid) AS definition
     ${from} WHERE c.relkind IN ('v', 'm') AND ${own}`,
  `SELECT 'sequence ' || ${relation} || ' counts' AS item,
          format('%s from %s by %s within %s and %s, cache %s, cycle %s, owned by %s', s.seqtypid::regtype, s.seqstart,
            s.seqincrement, s.seqmin, s.seqmax, s.seqcache, s.seqcycle,
            (SELECT format('%s.%I', x.refobjid::regclass, a.attname) FROM pg_depend x
               JOIN pg_attribute a ON a.attrelid = x.refobjid AND a.attnum = x.refobjsubid
              WHERE x.classid = 'pg_class'::regclass AND x.objid = c.oid AND x.deptype IN ('a', 'i'))) AS definition
     ${from} JOIN pg_sequence s ON s.seqrelid = c.oid WHERE ${own}`,
  `SELECT format('statistics %I.%I', n.nspname, s.stxname) AS item,
          format('%s, target %s', pg_get_statisticsobjdef(s.oid), s.stxstattarget) AS definition
     FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE ${userSchema("n")}`,
];
