import { inWords } from "./catalogue-grants.js";
import { sorted } from "./catalogue-parts.js";

const mine = (role: string) => `${role}.rolname !~ '^pg_'`;

/**
 * What belongs to the whole server: roles with attributes, memberships and settings, and tablespaces. Passwords are
 * nobody's to read and not compared; nor are folders of tablespaces, which another machine has elsewhere.
 */
export const roleQueries: readonly string[] = [
  `SELECT format('role %I', r.rolname) AS item,
          format('superuser %s, inherits %s, creates roles %s, creates databases %s, logs in %s, replicates %s, bypasses row security %s, connections %s, until %s',
            r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin, r.rolreplication, r.rolbypassrls,
            r.rolconnlimit, r.rolvaliduntil) AS definition
     FROM pg_roles r WHERE ${mine("r")}`,
  `SELECT format('membership of %s', m.member::regrole) AS item,
          string_agg(format('%s%s', m.roleid::regrole, CASE WHEN m.admin_option THEN ' as administrator' ELSE '' END), ', '
                     ORDER BY m.roleid::regrole::text COLLATE "C") AS definition
     FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member WHERE ${mine("r")} GROUP BY m.member`,
  `SELECT format('settings of role %I', r.rolname) AS item, ${sorted("s.setconfig")} AS definition
     FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole WHERE s.setdatabase = 0`,
  `SELECT format('tablespace %I', spcname) AS item, coalesce(${sorted("spcoptions")}, '') AS definition
     FROM pg_tablespace WHERE spcname !~ '^pg_'`,
  `SELECT format('grants on tablespace %I', t.spcname) AS item, format('owner %s; %s', o.owner::regrole, ${inWords("o.acl")}) AS definition
     FROM pg_tablespace t, LATERAL (SELECT t.spcowner AS owner, coalesce(t.spcacl, acldefault('t', t.spcowner)) AS acl) o
    WHERE t.spcname !~ '^pg_'`,
];
