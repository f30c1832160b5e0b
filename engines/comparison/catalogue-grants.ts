/**
 * A list of privileges in words and in a fixed order. Where none was written down, PostgreSQL's own defaults hold, and
 * a restored object may have them written out: both read the same here. So does an owner's right to grant, which
 * every owner has.
 */
export const inWords = (
  acl: string,
) => `(SELECT string_agg(format('%s: %s', who, rights), '; ' ORDER BY who COLLATE "C", rights COLLATE "C")
  FROM (SELECT CASE WHEN x.grantee = 0 THEN 'PUBLIC' ELSE x.grantee::regrole::text END
               || CASE WHEN x.grantor <> o.owner THEN format(' (from %s)', x.grantor::regrole) ELSE '' END AS who,
               string_agg(x.privilege_type || CASE WHEN x.is_grantable AND x.grantee <> o.owner THEN ' with grant option' ELSE '' END, ', '
                          ORDER BY x.privilege_type COLLATE "C") AS rights
          FROM aclexplode(${acl}) x GROUP BY 1) a)`;

/** Catalogue, its column of owner and of privileges, the letter of its defaults, and what it is. */
const catalogues = [
  [
    "pg_class",
    "relowner",
    "relacl",
    "CASE WHEN c.relkind = 'S' THEN 's' ELSE 'r' END",
    "c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')",
  ],
  ["pg_namespace", "nspowner", "nspacl", "'n'", "true"],
  ["pg_proc", "proowner", "proacl", "'f'", "true"],
  ["pg_type", "typowner", "typacl", "'T'", "c.typtype IN ('e', 'd', 'r', 'b') AND c.typelem = 0"],
  ["pg_language", "lanowner", "lanacl", "'l'", "true"],
  ["pg_foreign_server", "srvowner", "srvacl", "'S'", "true"],
  ["pg_foreign_data_wrapper", "fdwowner", "fdwacl", "'F'", "true"],
  ["pg_largeobject_metadata", "lomowner", "lomacl", "'L'", "true"],
] as const;

/** Large objects are addressed by the catalogue of their pages. */
const addressOf = (catalogue: string) =>
  `'${catalogue === "pg_largeobject_metadata" ? "pg_largeobject" : catalogue}'::regclass`;

const objects = catalogues.map(
  ([catalogue, owner, acl, letter, condition]) => `
  SELECT format('grants on %s %s', i.type, i.identity) AS item,
         format('owner %s; %s', o.owner::regrole, ${inWords("o.acl")}) AS definition
    FROM ${catalogue} c,
         LATERAL pg_identify_object(${addressOf(catalogue)}, c.oid, 0) i,
         LATERAL (SELECT c.${owner} AS owner, coalesce(c.${acl}, acldefault((${letter})::"char", c.${owner})) AS acl) o
   WHERE ${condition} AND i.identity IS NOT NULL AND i.identity !~ '^pg_(toast|temp)'
     AND coalesce(i.schema, '') !~ '^pg_(toast|temp)'
     -- What PostgreSQL and extensions bring counts only where somebody changed its privileges.
     AND CASE WHEN c.oid < 16384 OR EXISTS (SELECT FROM pg_depend x WHERE x.classid = ${addressOf(catalogue)}
                                               AND x.objid = c.oid AND x.deptype = 'e')
              THEN c.${acl} IS DISTINCT FROM (SELECT p.initprivs FROM pg_init_privs p
                                               WHERE p.classoid = ${addressOf(catalogue)} AND p.objoid = c.oid AND p.objsubid = 0)
              ELSE true END`,
);

/** Owners and privileges of everything that has them. */
export const grantQueries: readonly string[] = [
  ...objects,
  `SELECT format('grants on column %s.%I', c.oid::regclass, a.attname) AS item, ${inWords("a.attacl")} AS definition
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, LATERAL (SELECT c.relowner AS owner) o
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND c.oid >= 16384`,
  `SELECT 'grants on the database' AS item, format('owner %s; %s', o.owner::regrole, ${inWords("o.acl")}) AS definition
     FROM pg_database d, LATERAL (SELECT d.datdba AS owner, coalesce(d.datacl, acldefault('d', d.datdba)) AS acl) o
    WHERE d.datname = current_database()`,
  `SELECT format('grants on new objects (%s) of %s in %s', d.defaclobjtype, d.defaclrole::regrole,
            coalesce((SELECT quote_ident(nspname) FROM pg_namespace WHERE oid = d.defaclnamespace), 'every schema')) AS item,
          ${inWords("d.defaclacl")} AS definition
     FROM pg_default_acl d, LATERAL (SELECT d.defaclrole AS owner) o`,
  `SELECT format('owner of %s', k.what) AS item, k.owner::regrole::text AS definition
     FROM (SELECT format('extension %I', extname) AS what, extowner AS owner FROM pg_extension
           UNION ALL SELECT format('publication %I', pubname), pubowner FROM pg_publication
           UNION ALL SELECT format('event trigger %I', evtname), evtowner FROM pg_event_trigger
           UNION ALL SELECT format('statistics %s', stxrelid::regclass || '.' || stxname), stxowner FROM pg_statistic_ext) k`,
];
