import type { Catalogue } from "./catalogue.js";
import type { DatabaseContent } from "./content.js";
import { hasReached } from "./sequences.js";

/** Which part of a database differs. */
export type DifferenceKind = "rows" | "large-objects" | "sequences" | "catalogue" | "grants" | "roles";

/** One thing that is not the same. */
export interface Difference {
  readonly kind: DifferenceKind;
  /** What differs: a table, a sequence, an item of the catalogue. */
  readonly item: string;
  /** For people, with what was expected and what was found. */
  readonly message: string;
}

/** How strict to be. */
export interface ComparisonOptions {
  /**
   * `exact`: each sequence stands where it stood. `reached`: there or further on, for content that was read while
   * others wrote: sequences belong to no snapshot.
   * @default "exact"
   */
  readonly sequences?: "exact" | "reached";
  /**
   * `exact`: every definition and grant reads the same. `present`: what was expected is there, by its name; for servers
   * of different major versions, which write definitions in their own words and know other privileges.
   * @default "exact"
   */
  readonly definitions?: "exact" | "present";
  /**
   * `exact`: the servers have the same roles and tablespaces. `present`: what was expected is there, others may be too.
   * @default "exact"
   */
  readonly roles?: "exact" | "present";
  /** Parts that are not compared. @default none */
  readonly ignore?: readonly DifferenceKind[];
}

/** Everything in which a database is not what was expected, in words; empty when they are equal. */
export function differences(
  expected: DatabaseContent,
  found: DatabaseContent,
  {
    sequences = "exact",
    definitions: strictness = "exact",
    roles = "exact",
    ignore = [],
  }: ComparisonOptions = {},
): Difference[] {
  const read = (wanted: Catalogue, there: Catalogue): Catalogue =>
    strictness === "exact" ? there : agreeing(there, wanted);
  const all = [
    ...rows(expected, found),
    ...largeObjects(expected, found),
    ...sequenceValues(expected, found, sequences),
    ...definitions("catalogue", expected.catalogue, read(expected.catalogue, found.catalogue)),
    ...definitions("grants", expected.grants, read(expected.grants, found.grants)),
    ...definitions(
      "roles",
      expected.roles,
      roles === "exact" ? found.roles : only(found.roles, expected.roles),
    ),
  ];
  return all.filter(({ kind }) => !ignore.includes(kind));
}

/**
 * Whether a difference is one of the rows of a materialised view that both have, which no dump holds: whoever restores it
 * computes them again. At the source they were those of its last refresh, so that a stale view differs afterwards.
 */
export function isComputedAgain(
  { kind, item }: Difference,
  expected: DatabaseContent,
  found: DatabaseContent,
): boolean {
  const there = [expected, found].every(({ tables }) => tables[item] !== undefined);
  return kind === "rows" && there && `materialised view ${item}` in expected.catalogue;
}

function rows({ tables: expected }: DatabaseContent, { tables: found }: DatabaseContent): Difference[] {
  return namesOf(expected, found).flatMap((item): Difference[] => {
    const [left, right] = [expected[item], found[item]];
    const differs = (message: string): Difference[] => [{ kind: "rows", item, message }];
    if (!right) return differs(`table ${item} is missing; ${left?.rows} rows were expected`);
    if (!left) return differs(`table ${item} with ${right.rows} rows was not expected`);
    if (left.rows !== right.rows)
      return differs(`table ${item} has ${right.rows} rows; ${left.rows} were expected`);
    if (left.by === "count" || right.by === "count") return [];
    if (left.by !== right.by)
      return differs(`table ${item} has lost or gained its key: its rows cannot be compared in order`);
    if (left.columns?.join() !== right.columns?.join())
      return differs(`table ${item} has other columns: its rows cannot be compared`);
    return left.sha256 === right.sha256
      ? []
      : differs(`table ${item} has ${right.rows} rows as expected, but not the same ones`);
  });
}

function largeObjects(expected: DatabaseContent, found: DatabaseContent): Difference[] {
  const [left, right] = [expected.largeObjects, found.largeObjects];
  const differs = (message: string): Difference[] => [
    { kind: "large-objects", item: "large objects", message },
  ];
  if (left.rows !== right.rows)
    return differs(`there are ${right.rows} large objects; ${left.rows} were expected`);
  return left.sha256 === right.sha256 || left.by === "count" || right.by === "count"
    ? []
    : differs(`there are ${right.rows} large objects as expected, but not with the same content`);
}

function sequenceValues(
  { sequences: expected }: DatabaseContent,
  { sequences: found }: DatabaseContent,
  strictness: "exact" | "reached",
): Difference[] {
  return namesOf(expected, found).flatMap((item): Difference[] => {
    const [left, right] = [expected[item], found[item]];
    const differs = (message: string): Difference[] => [{ kind: "sequences", item, message }];
    if (!right) return differs(`sequence ${item} is missing`);
    if (!left) return differs(`sequence ${item} was not expected`);
    const stands = (state: typeof left) => `${state.value}${state.called ? "" : " (not handed out yet)"}`;
    const same =
      strictness === "reached"
        ? hasReached(right, left)
        : left.value === right.value && left.called === right.called;
    return same
      ? []
      : differs(
          `sequence ${item} stands at ${stands(right)}; ${strictness === "reached" ? "at least " : ""}${stands(left)} was expected`,
        );
  });
}

function definitions(kind: DifferenceKind, expected: Catalogue, found: Catalogue): Difference[] {
  return namesOf(expected, found).flatMap((item): Difference[] => {
    const [left, right] = [expected[item], found[item]];
    const differs = (message: string): Difference[] => [{ kind, item, message }];
    if (right === undefined) return differs(`${item} is missing`);
    if (left === undefined) return differs(`${item} was not expected`);
    return left === right ? [] : differs(`${item} is "${brief(right)}"; expected "${brief(left)}"`);
  });
}

/** What was expected and is there, as if it read the same. */
function agreeing(found: Catalogue, expected: Catalogue): Catalogue {
  return Object.fromEntries(Object.entries(expected).filter(([item]) => item in found));
}

/** The entries that the other has too. */
function only(found: Catalogue, expected: Catalogue): Catalogue {
  return Object.fromEntries(Object.entries(found).filter(([item]) => item in expected));
}

function namesOf(...all: readonly Readonly<Record<string, unknown>>[]): string[] {
  return [...new Set(all.flatMap((one) => Object.keys(one)))].sort();
}

/** A function's body would fill the screen. */
const brief = (text: string) => (text.length > 400 ? `${text.slice(0, 400)} …` : text);
