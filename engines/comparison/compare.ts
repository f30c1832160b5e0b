import { contentOf } from "./content.js";
import { type ComparisonOptions, type Difference, differences } from "./differences.js";
import { firstDifference, type HashedRow, streamed } from "./hashes.js";
import { largeObjectRows } from "./large-objects.js";
import { type DatabaseAddress, inSnapshot } from "./session.js";
import { rowsStatement, type Table, tablesOf } from "./tables.js";

/**
 * Compares two databases by content: rows, large objects, sequences, catalogue, grants, roles.
 *
 * Each is read in one snapshot of its own, so that both should be at rest. Where rows differ, the first row by key
 * that does is named.
 *
 * @param expected what it should be
 * @param found what it is
 * @throws when either cannot be read whole
 */
export async function compareDatabases(
  expected: DatabaseAddress,
  found: DatabaseAddress,
  options: ComparisonOptions = {},
): Promise<Difference[]> {
  const left = await contentOf(expected);
  const right = await contentOf(found, { like: left });
  const all: Difference[] = [];
  for (const one of differences(left, right, options))
    all.push({ ...one, message: `${one.message}${await place(one, expected, found)}` });
  return all;
}

/** Where rows or large objects begin to differ; empty where that has no answer. */
async function place(
  { kind, item }: Difference,
  expected: DatabaseAddress,
  found: DatabaseAddress,
): Promise<string> {
  if (kind !== "rows" && kind !== "large-objects") return "";
  return inSnapshot(expected, (left) =>
    inSnapshot(found, async (right) => {
      if (kind === "large-objects") {
        const first = await firstDifference(largeObjectRows(left), largeObjectRows(right));
        return first ? `: the first is ${named(first.left, first.right)}` : "";
      }
      const one = (await tablesOf(left)).find(({ name }) => name === item);
      const other = (await tablesOf(right)).find(({ name }) => name === item);
      // Without a key there is no order in which to walk them side by side.
      if (!one || !other || one.key.length === 0 || other.key.length === 0) return "";
      const rows = (table: Table) => rowsStatement(table, true);
      const first = await firstDifference(
        streamed<HashedRow>(left, rows(one)),
        streamed<HashedRow>(right, rows(other)),
      );
      return first ? `: the first is row ${first.at} by key, ${named(first.left, first.right)}` : "";
    }),
  );
}

function named(left: string | undefined, right: string | undefined): string {
  if (right === undefined) return `${left}, which is missing`;
  if (left === undefined) return `${right}, which was not expected`;
  return left === right ? left : `${right} where ${left} was expected`;
}
