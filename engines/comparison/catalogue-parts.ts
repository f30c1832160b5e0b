/** Condition: a namespace is the user's, not PostgreSQL's. */
export const userSchema = (namespace: string) =>
  `${namespace}.nspname NOT IN ('pg_catalog', 'information_schema') AND ${namespace}.nspname !~ '^pg_(toast|temp)'`;

/** Condition: an object is no part of an extension, which brings its own. */
export const notExtension = (catalogue: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = '${catalogue}'::regclass AND x.objid = ${oid} AND x.deptype = 'e')`;

/**
 * Options of a relation, a column or a tablespace in a fixed order.
 *
 * Newer minor releases of PostgreSQL (15.20 is one) note among a column's options where in the log it came to be,
 * `pg_attver`. pg_dump leaves that out, and no restored column has the same.
 */
export const sorted = (array: string) =>
  `(SELECT string_agg(o, ', ' ORDER BY o COLLATE "C") FROM unnest(${array}) AS o WHERE o !~ '^pg_attver=')`;
