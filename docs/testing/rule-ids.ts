import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { disasters, recoveryNeeds, scopes } from "../../plan/schema/index.js";

/** Folder with the sources of the proofs. */
const proofs = join(import.meta.dirname, "../../plan/proofs");

/** What a template stands for, by its family and its expression, where a proof makes a rule for each of several things. */
const variables: Readonly<Record<string, readonly string[]>> = {
  "rpo/disaster": disasters,
  "rto/scope": scopes,
  "closure/need.need": recoveryNeeds,
  "alerts/on": ["job-failed", "verification-failed"],
};
/** Templates that look like rules and are none. */
const noRules: ReadonlySet<string> = new Set(["aws/each", "own/name"]);

/**
 * Every rule that the sources of the proofs name, sorted.
 *
 * @throws Error when a source makes rules from a template that is not known here
 */
export async function ruleIds(): Promise<string[]> {
  const files = await readdir(proofs, { recursive: true });
  const sources = files.filter((file) => file.endsWith(".ts") && !/\.test\.ts$|\btesting\b/.test(file));
  const found = new Set<string>();
  for (const file of sources)
    for (const id of idsIn(await readFile(join(proofs, file), "utf8"))) found.add(id);
  return [...found].sort();
}

function idsIn(source: string): string[] {
  const literals = source.matchAll(/"([a-z][a-z-]*\/[a-z0-9][a-z0-9-]*)"/g);
  const templates = source.matchAll(/`([a-z][a-z-]*)\/\$\{([^}]+)\}`/g);
  return [
    ...[...literals].flatMap(([, id = ""]) => id),
    ...[...templates].flatMap(([, family = "", variable = ""]) => {
      const template = `${family}/${variable}`;
      if (noRules.has(template)) return [];
      const values = variables[template];
      if (!values) throw new Error(`nobody knows which rules "template" stands for: add it to rule-ids.ts`);
      return values.map((value) => `${family}/${value}`);
    }),
  ];
}
