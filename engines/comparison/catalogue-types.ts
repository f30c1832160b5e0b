import { notExtension, sorted, userSchema } from "./catalogue-parts.js";

const typeName = "format('%I.%I', n.nspname, t.typname)";
const types = `FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE ${userSchema("n")} AND ${notExtension("pg_type", "t.oid")}`;

/** Types, operators, casts, collations, text search. */
export const typeQueries: readonly string[] = [
  `SELECT 'enumeration ' || ${typeName} AS item,
          (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid) AS definition
     ${types} AND t.typtype = 'e'`,
  `SELECT 'domain ' || ${typeName} AS item,
          format('%s, not null %s, default %s, collation %s', format_type(t.typbasetype, t.typtypmod), t.typnotnull, t.typdefault,
            CASE WHEN t.typcollation <> 0 THEN t.typcollation::regcollation::text END) AS definition
     ${types} AND t.typtype = 'd'`,
  `SELECT 'range type ' || t.name AS item,
          format('of %s, collation %s, difference %s, canonical %s', r.rngsubtype::regtype, r.rngcollation::regcollation,
            r.rngsubdiff, r.rngcanonical) AS definition
     FROM (SELECT t.oid, ${typeName} AS name ${types} AND t.typtype = 'r') t JOIN pg_range r ON r.rngtypid = t.oid`,
  `SELECT 'base type ' || ${typeName} AS item,
          format('length %s, by value %s, alignment %s, storage %s, category %s, preferred %s, delimiter %s, element %s, default %s, input %s, output %s, receive %s, send %s',
            t.typlen, t.typbyval, t.typalign, t.typstorage, t.typcategory, t.typispreferred, t.typdelim,
            CASE WHEN t.typelem <> 0 THEN t.typelem::regtype::text END, t.typdefault, t.typinput, t.typoutput, t.typreceive, t.typsend) AS definition
     ${types} AND t.typtype = 'b' AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)`,
  `SELECT format('operator %s', o.oid::regoperator) AS item,
          format('%s, commutator %s, negator %s, restriction %s, join %s, merges %s, hashes %s', o.oprcode,
            o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin, o.oprcanmerge, o.oprcanhash) AS definition
     FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
    WHERE ${userSchema("n")} AND ${notExtension("pg_operator", "o.oid")}`,
  `SELECT format('operator class %I.%I', n.nspname, c.opcname) AS item,
          format('%s for %s, default %s, keeps %s, family %I', a.amname, c.opcintype::regtype, c.opcdefault,
            CASE WHEN c.opckeytype <> 0 THEN c.opckeytype::regtype::text END, f.opfname) AS definition
     FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace JOIN pg_am a ON a.oid = c.opcmethod
     JOIN pg_opfamily f ON f.oid = c.opcfamily
    WHERE ${userSchema("n")} AND ${notExtension("pg_opclass", "c.oid")}`,
  `SELECT format('operator family %I.%I', n.nspname, f.opfname) AS item,
          concat_ws('; ',
            (SELECT string_agg(format('%s %s', o.amopstrategy, o.amopopr::regoperator), ', '
                               ORDER BY o.amopstrategy, o.amopopr::regoperator::text COLLATE "C")
               FROM pg_amop o WHERE o.amopfamily = f.oid),
            (SELECT string_agg(format('%s %s', p.amprocnum, p.amproc::regprocedure), ', '
                               ORDER BY p.amprocnum, p.amproc::regprocedure::text COLLATE "C")
               FROM pg_amproc p WHERE p.amprocfamily = f.oid)) AS definition
     FROM pg_opfamily f JOIN pg_namespace n ON n.oid = f.opfnamespace
    WHERE ${userSchema("n")} AND ${notExtension("pg_opfamily", "f.oid")}`,
  // Casts have no schema; PostgreSQL's own have numbers below those of users' objects.
  `SELECT format('cast %s to %s', c.castsource::regtype, c.casttarget::regtype) AS item,
          format('%s, %s, %s', CASE WHEN c.castfunc <> 0 THEN c.castfunc::regprocedure::text END, c.castcontext, c.castmethod) AS definition
     FROM pg_cast c WHERE c.oid >= 16384 AND ${notExtension("pg_cast", "c.oid")}`,
  `SELECT format('collation %I.%I', n.nspname, c.collname) AS item,
          concat_ws(', ', c.collprovider, c.collisdeterministic, c.collcollate, c.collctype, coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale')) AS definition
     FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE ${userSchema("n")} AND ${notExtension("pg_collation", "c.oid")}`,
  `SELECT format('text search configuration %I.%I', n.nspname, c.cfgname) AS item,
          format('parser %s: %s', p.prsname,
            (SELECT string_agg(format('%s %s %s', m.maptokentype, m.mapseqno, m.mapdict::regdictionary), '; '
                               ORDER BY m.maptokentype, m.mapseqno)
               FROM pg_ts_config_map m WHERE m.mapcfg = c.oid)) AS definition
     FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace JOIN pg_ts_parser p ON p.oid = c.cfgparser
    WHERE ${userSchema("n")} AND ${notExtension("pg_ts_config", "c.oid")}`,
  `SELECT format('text search dictionary %I.%I', n.nspname, d.dictname) AS item,
          format('template %s, %s', t.tmplname, d.dictinitoption) AS definition
     FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace JOIN pg_ts_template t ON t.oid = d.dicttemplate
    WHERE ${userSchema("n")} AND ${notExtension("pg_ts_dict", "d.oid")}`,
  `SELECT format('foreign server %I', s.srvname) AS item,
          format('%s, type %s, version %s, options %s', w.fdwname, s.srvtype, s.srvversion, ${sorted("s.srvoptions")}) AS definition
     FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    WHERE ${notExtension("pg_foreign_server", "s.oid")}`,
  `SELECT format('foreign table %s reads', t.ftrelid::regclass) AS item,
          format('%s, options %s', s.srvname, ${sorted("t.ftoptions")}) AS definition
     FROM pg_foreign_table t JOIN pg_foreign_server s ON s.oid = t.ftserver`,
];
