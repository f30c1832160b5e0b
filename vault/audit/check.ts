import type { FoundAnchor } from "./anchor.js";
import { numberedKey } from "./keys.js";
import type { AuditLog, FoundRecord } from "./log.js";

/** Something in a log that is not as it was written. */
export interface AuditFault {
  /** Number of the record that it is about, from 1; a gap is named by its first number. */
  readonly index: number;
  readonly key: string;
  readonly problem: string;
}

/** What is known about a record from elsewhere. */
interface Known {
  readonly sha256: string;
  /** Who knows it, for people. */
  readonly by: string;
}

/**
 * Everything that is wrong with a log, by index; empty when nothing is. The first one's index is the first bad record.
 *
 * Found are: records edited, reordered, removed, inserted, taken from another log, and, by anchors kept outside, a log
 * that was cut at its end or written anew from some record on. What an anchor says of a number holds for all before it,
 * since each record names the one before; what was added behind the newest anchor is held by its link alone.
 */
export function checkAudit(
  found: readonly FoundRecord[],
  anchors: readonly FoundAnchor[],
  { prefix, name }: Pick<AuditLog, "prefix" | "name">,
): AuditFault[] {
  const records = new Map(found.flatMap((one) => (one.number === undefined ? [] : [[one.number, one]])));
  const numbers = [...records.keys()].sort((a, b) => a - b);
  const known = knownFrom(records, numbers, anchors);
  const faults = [
    ...found.flatMap((one, at) => (one.number === undefined ? [stray(one, found.slice(0, at))] : [])),
    ...anchors.flatMap(({ number, key, problem }) =>
      problem === undefined && number !== undefined
        ? []
        : [{ index: number ?? 1, key, problem: problem ?? "it is no anchor" }],
    ),
    ...gaps(numbers, anchors, prefix),
    ...numbers.flatMap((number) => {
      const one = records.get(number);
      return one
        ? recordFaults(one, number, { name, known: known.get(number), before: records.get(number - 1) })
        : [];
    }),
  ];
  return faults.sort((a, b) => a.index - b.index);
}

/** Number of the newest record that is held by an anchor; 0 when none is. */
export const anchoredUpTo = (anchors: readonly FoundAnchor[]): number =>
  Math.max(0, ...anchors.map(({ number, sha256 }) => (sha256 === undefined ? 0 : (number ?? 0))));

/** What anchors say, and what records that are known to be true say of those before them. */
function knownFrom(
  records: ReadonlyMap<number, FoundRecord>,
  numbers: readonly number[],
  anchors: readonly FoundAnchor[],
): Map<number, Known> {
  const known = new Map<number, Known>();
  for (const { number, sha256 } of anchors)
    if (number !== undefined && sha256 !== undefined) known.set(number, { sha256, by: "its anchor" });
  for (const number of numbers.toReversed()) {
    const one = records.get(number);
    const { previous } = one?.record ?? {};
    if (known.get(number)?.sha256 !== one?.sha256 || previous === undefined || known.has(number - 1))
      continue;
    known.set(number - 1, { sha256: previous, by: `number ${number}` });
  }
  return known;
}

function stray({ key }: FoundRecord, before: readonly FoundRecord[]): AuditFault {
  const index = Math.max(0, ...before.map(({ number }) => number ?? 0)) + 1;
  return { index, key, problem: "it is nothing that belongs in the log" };
}

/** Numbers that are not there, up to the highest that is known. */
function gaps(numbers: readonly number[], anchors: readonly FoundAnchor[], prefix: string): AuditFault[] {
  const faults: AuditFault[] = [];
  const highest = anchoredUpTo(anchors);
  const last = numbers.at(-1) ?? 0;
  let expected = 1;
  for (const number of highest > last ? [...numbers, highest + 1] : numbers) {
    if (number > expected) {
      const missing = number - expected === 1 ? `${expected} is` : `${expected} to ${number - 1} are`;
      const cut = number > last ? `; an anchor knows number ${highest}: the log was cut` : "";
      faults.push({
        index: expected,
        key: numberedKey(prefix, expected),
        problem: `number ${missing} missing${cut}`,
      });
    }
    expected = number + 1;
  }
  return faults;
}

interface Surroundings {
  readonly name: string;
  readonly known: Known | undefined;
  readonly before: FoundRecord | undefined;
}

function recordFaults(one: FoundRecord, index: number, around: Surroundings): AuditFault[] {
  return problemsOf(one, index, around).map((problem) => ({ index, key: one.key, problem }));
}

function problemsOf(
  { record, problem, sha256 }: FoundRecord,
  index: number,
  { name, known, before }: Surroundings,
): string[] {
  if (problem !== undefined) return [problem];
  const wrong: string[] = [];
  if (record?.sequence !== index) wrong.push(`it says that it is number ${record?.sequence}`);
  if (record?.log !== name) wrong.push(`it belongs to the log "${record?.log}"`);
  if (known && known.sha256 !== sha256)
    wrong.push(`it is not what was written: ${known.by} knows another checksum`);
  // What is known from elsewhere is true, whatever its predecessor has become.
  if (known?.sha256 !== sha256 && record?.previous !== before?.sha256)
    wrong.push("it does not follow the record before it");
  return wrong;
}
