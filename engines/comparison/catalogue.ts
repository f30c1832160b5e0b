import type pg from "pg";

import { codeQueries } from "./catalogue-code.js";
import { grantQueries } from "./catalogue-grants.js";
import { relationQueries } from "./catalogue-relations.js";
import { roleQueries } from "./catalogue-roles.js";
import { typeQueries } from "./catalogue-types.js";

/** What the catalogue says, by what it says it of: `index public.messages_at` and its definition. */
export type Catalogue = Readonly<Record<string, string>>;

interface Described {
  /** Kind and name, for people. */
  readonly item: string;
  readonly definition: string | null;
}

/** Database objects with their definitions: no object's number appears, so that two databases can be compared. */
export const catalogueOf = (client: pg.Client): Promise<Catalogue> =>
  described(client, [...relationQueries, ...typeQueries, ...codeQueries]);

/** Who may do what with which object, who owns it, and what new objects will allow. */
export const grantsOf = (client: pg.Client): Promise<Catalogue> => described(client, grantQueries);

/** Roles and tablespaces of the whole server; no password. */
export const rolesOf = (client: pg.Client): Promise<Catalogue> => described(client, roleQueries);

async function described(client: pg.Client, queries: readonly string[]): Promise<Catalogue> {
  const all: Record<string, string> = {};
  for (const query of queries) {
    const { rows } = await client.query<Described>(query);
    for (const { item, definition } of rows) {
      // Several of one name (comments, casts) are told apart by what they say.
      const text = definition ?? "";
      all[item] = item in all ? `${all[item]}\n${text}` : text;
    }
  }
  return all;
}
