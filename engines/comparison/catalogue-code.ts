import { notExtension, sorted, userSchema } from "./catalogue-parts.js";

/** Functions, triggers, rules, policies, publications, comments. */
export const codeQueries: readonly string[] = [
  `SELECT format('%s %s', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure) AS item,
          pg_get_functiondef(p.oid) AS definition
     FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prokind <> 'a' AND ${userSchema("n")} AND ${notExtension("pg_proc", "p.oid")}`,
  `SELECT format('aggregate %s', p.oid::regprocedure) AS item,
          format('%s, state %s starts %s, final %s, combine %s, moving %s, sorted by %s, kind %s', a.aggtransfn, a.aggtranstype::regtype,
            a.agginitval, a.aggfinalfn, a.aggcombinefn, a.aggmtransfn, a.aggsortop::regoperator, a.aggkind) AS definition
     FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE ${userSchema("n")} AND ${notExtension("pg_proc", "p.oid")}`,
  `SELECT format('trigger %I on %s', t.tgname, t.tgrelid::regclass) AS item,
          format('%s, enabled %s', pg_get_triggerdef(t.oid), t.tgenabled) AS definition
     FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND ${userSchema("n")} AND ${notExtension("pg_class", "c.oid")}`,
  `SELECT format('rule %I on %s', r.rulename, r.ev_class::regclass) AS item,
          format('%s, enabled %s', pg_get_ruledef(r.oid), r.ev_enabled) AS definition
     FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND ${userSchema("n")} AND ${notExtension("pg_class", "c.oid")}`,
  `SELECT format('policy %I on %s', p.polname, p.polrelid::regclass) AS item,
          format('%s, permissive %s, for %s, using %s, with check %s', p.polcmd, p.polpermissive,
            (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE r::regrole::text END, ', '
                               ORDER BY r::regrole::text COLLATE "C") FROM unnest(p.polroles) AS r),
            pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) AS definition
     FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${userSchema("n")} AND ${notExtension("pg_class", "c.oid")}`,
  `SELECT format('event trigger %I', e.evtname) AS item,
          format('on %s, enabled %s, calls %s, tags %s', e.evtevent, e.evtenabled, e.evtfoid::regprocedure, ${sorted("e.evttags")}) AS definition
     FROM pg_event_trigger e WHERE ${notExtension("pg_event_trigger", "e.oid")}`,
  `SELECT format('language %I', l.lanname) AS item,
          format('trusted %s, calls %s', l.lanpltrusted, l.lanplcallfoid::regproc) AS definition
     FROM pg_language l WHERE l.lanispl AND ${notExtension("pg_language", "l.oid")}`,
  `SELECT format('publication %I', p.pubname) AS item,
          format('all tables %s, insert %s, update %s, delete %s, truncate %s, by root %s, tables %s', p.puballtables, p.pubinsert,
            p.pubupdate, p.pubdelete, p.pubtruncate, p.pubviaroot,
            (SELECT string_agg(format('%s %s', r.prrelid::regclass, pg_get_expr(r.prqual, r.prrelid)), ', '
                               ORDER BY r.prrelid::regclass::text COLLATE "C")
               FROM pg_publication_rel r WHERE r.prpubid = p.oid)) AS definition
     FROM pg_publication p`,
  // What people wrote beside their objects; an object that a session drops meanwhile has no name any more.
  `SELECT format('comment on %s %s', i.type, i.identity) AS item, d.description AS definition
     FROM pg_description d, LATERAL pg_identify_object(d.classoid, d.objoid, d.objsubid) i
    WHERE d.objoid >= 16384 AND i.identity IS NOT NULL AND i.schema IS DISTINCT FROM 'pg_catalog'
      AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = d.classoid AND x.objid = d.objoid AND x.deptype = 'e')
      AND d.classoid <> 'pg_extension'::regclass
    ORDER BY 1`,
  `SELECT 'comment on the database' AS item, s.description AS definition
     FROM pg_shdescription s JOIN pg_database d ON d.oid = s.objoid AND s.classoid = 'pg_database'::regclass
    WHERE d.datname = current_database()`,
];
