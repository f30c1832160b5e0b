import { z } from "zod";
import { wordsOf } from "../../vault/errors.js";

import { readJson } from "../checked-parts.js";
import {
  contentOf,
  type DatabaseAddress,
  type DatabaseContent,
  differences,
  inSnapshot,
  isComputedAgain,
  withClient,
} from "../comparison/index.js";
import type { Fault, PartReader, Verdict } from "../engine.js";
import { partOf } from "../point-fields.js";
import { type LogicalPoint, partNames } from "./point.js";

/** Something that has to be true of a restored database, in the plan's own words. */
export interface Assertion {
  readonly name: string;
  /** A query that answers with one value, `true` when it holds. It cannot write. */
  readonly sql: string;
}

const fingerprint = z.object({
  rows: z.int(),
  sha256: z.string(),
  by: z.enum(["copy", "multiset", "order", "count"]),
  columns: z.array(z.string()).exactOptional(),
});
const catalogue = z.record(z.string(), z.string());
const schema = z.object({
  tables: z.record(z.string(), fingerprint),
  largeObjects: fingerprint,
  sequences: z.record(z.string(), z.object({ value: z.string(), called: z.boolean(), step: z.string() })),
  catalogue,
  grants: catalogue,
  roles: catalogue,
});

/** What the source held at the point's snapshot. */
export async function expectedContent(point: LogicalPoint, parts: PartReader): Promise<DatabaseContent> {
  return schema.parse(await readJson(parts, partOf(point, partNames.content)));
}

/**
 * Compares a restored database with what the source held, by a tool that has no part in dumping or restoring.
 *
 * Sequences may be further on: they belong to no snapshot. Roles that the server has besides are nobody's matter here, and
 * what became of one that it had already since the point was taken is noted: it stays as it is.
 * A dump holds the query of a materialised view and not its rows: one that was stale is noted, and no fault.
 * On a newer major version definitions and grants are only looked for by name: it writes them in its own words.
 *
 * @param rolesMade roles that were made for it; all others were there
 */
export async function contentFaults(
  point: LogicalPoint,
  parts: PartReader,
  restored: DatabaseAddress,
  rolesMade: readonly string[],
): Promise<Pick<Verdict, "faults" | "notes">> {
  const expected = await expectedContent(point, parts);
  const found = await contentOf(restored, {
    largeObjects: !point.omitted.includes("large objects"),
    rows: point.omitted.includes("hashes of rows") ? "counted" : "hashed",
    like: expected,
    sessions: 2,
  });
  const sameMajor = (await majorVersion(restored)) === point.source.major;
  const all = differences(expected, found, {
    sequences: "reached",
    roles: "present",
    definitions: sameMajor ? "exact" : "present",
    // A newer server knows more about roles than the one that they come from.
    ignore: sameMajor ? [] : ["roles"],
  });
  const again = all.filter((one) => isComputedAgain(one, expected, found));
  const kept = all.filter((one) => one.kind === "roles" && isOfOtherRole(one.item, rolesMade));
  const wrong = all.filter((one) => !again.includes(one) && !kept.includes(one));
  return {
    faults: wrong.map(({ item, message }) => ({ item, message })),
    notes: [
      ...again.map(
        ({ item }) =>
          `materialised view ${item} was computed again and is not as it was: at the source it was not up to date, or its query does not always answer the same`,
      ),
      ...kept.map(({ message }) => `the server had that role already, and it stays as it is: ${message}`),
    ],
  };
}

/** Whether an item of the catalogue is about a role that was there before. What is about a tablespace is about none. */
function isOfOtherRole(item: string, made: readonly string[]): boolean {
  const name = /^(?:role|membership of|settings of role) (.+)$/s.exec(item)?.[1];
  if (name === undefined) return false;
  return !made.includes(name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);
}

async function majorVersion(address: DatabaseAddress): Promise<number> {
  return withClient(address, async (client) => {
    const { rows } = await client.query<{ major: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    );
    return rows[0]?.major ?? 0;
  });
}

/** The assertions that do not hold, or cannot be asked. */
export async function brokenAssertions(
  assertions: readonly Assertion[],
  restored: DatabaseAddress,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const assertion of assertions) {
    const message = await broken(assertion, restored);
    if (message !== undefined) faults.push({ item: assertion.name, message });
  }
  return faults;
}

async function broken({ name, sql }: Assertion, restored: DatabaseAddress): Promise<string | undefined> {
  try {
    const rows = await inSnapshot(restored, async (client) => {
      await client.query("SET LOCAL search_path TO DEFAULT");
      return (await client.query<unknown[]>({ text: sql, rowMode: "array" })).rows;
    });
    const [value] = rows[0] ?? [];
    return rows.length === 1 && value === true
      ? undefined
      : `"${name}" does not hold: ${rows.length === 1 ? `it answers ${JSON.stringify(value)}` : `it answers with ${rows.length} rows`}`;
  } catch (error) {
    return `"${name}" cannot be asked: ${wordsOf(error)}`;
  }
}
