import { type DatabaseContent, type Fingerprint, RowSums, type Table } from "../comparison/index.js";
import { EngineError } from "../errors.js";
import type { DumpedContent } from "./archive-rows.js";

/**
 * Puts the hashes of what the dump holds in the place of what the snapshot's rows were counted to.
 *
 * @param counted read from the snapshot, by another tool than pg_dump
 * @param tables of the same snapshot
 * @throws EngineError (3) when the dump has fewer rows or large objects than the snapshot, or more
 */
export function withDumped(
  counted: DatabaseContent,
  tables: readonly Table[],
  dumped: DumpedContent,
): DatabaseContent {
  const missing: string[] = [];
  const agreed = (what: string, held: Fingerprint, found: Fingerprint): Fingerprint => {
    if (held.rows !== found.rows) missing.push(`${found.rows} of ${held.rows} ${what}`);
    return found;
  };
  const all: Record<string, Fingerprint> = {};
  for (const { name, oid, copied } of tables) {
    const held = counted.tables[name];
    if (held === undefined) continue;
    const found = (dumped.tables.get(oid) ?? new RowSums()).fingerprint(copied);
    all[name] = held.by === "count" ? agreed(`rows of ${name}`, held, found) : held;
  }
  const { largeObjects: held } = counted;
  const largeObjects = held.by === "count" ? agreed("large objects", held, dumped.largeObjects) : held;
  if (missing.length > 0)
    throw new EngineError(`the dump is not what the snapshot holds: it has ${missing.join(", ")}`, 3);
  return { ...counted, tables: all, largeObjects };
}
