import type { TrustedSigners } from "../keys/signers.js";
import { manifestKey } from "../manifest.js";
import type { FoundEntry } from "./chain.js";
import type { ChainEntry, Reference } from "./entry.js";
import { signatureFault } from "./signer.js";

/** What a chain has to be. */
export interface ChainExpectation {
  readonly prefix: string;
  readonly plan: string;
  readonly dataset: string;
  readonly site: string;
  readonly epoch: number;
  readonly trusted: TrustedSigners;
  /** An entry that is known from outside to have been written: a chain that ends before it was cut. */
  readonly head?: Reference;
  /** Entries before the first signed one may be unsigned, as the first vaults wrote them. @default true */
  readonly unsignedBefore?: boolean;
}

/** Something in a chain that is not as it was written. */
export interface ChainFault {
  readonly key: string;
  readonly problem: string;
}

/** What is to be thought of a chain: each signature is checked for both. */
export interface JudgedChain {
  /**
   * Everything that is wrong with it; empty when nothing is. Found are: entries missing, added, moved, altered in any byte,
   * taken from another chain, signed by somebody else or not at all, and, with a head known from outside, a chain that was cut
   * at its end.
   */
  readonly faults: readonly ChainFault[];
  /**
   * Why each entry is not to be believed, whatever became of those around it: it cannot be read, is not signed, not by
   * whom one trusts, or was written for another place. Empty for an entry that says what its writer said here.
   */
  readonly doubts: readonly (readonly string[])[];
}

/** Judges a chain by what it has to be. */
export function judgeChain(found: readonly FoundEntry[], expected: ChainExpectation): JudgedChain {
  const doubts = disbelieved(found, expected);
  const faults = found.flatMap((one, index) => {
    const problems = [...(doubts[index] ?? []), ...orderFaults(found, index)];
    if (one.entry) problems.push(...referenceFaults(one.entry, index, found));
    return problems.map((problem) => ({ key: one.key, problem }));
  });
  return { faults: [...faults, ...headFault(found, expected)], doubts };
}

function disbelieved(found: readonly FoundEntry[], expected: ChainExpectation): string[][] {
  const signatures = found.map(({ entry, signed }) =>
    entry ? signatureFault(entry, signed ?? "", expected.trusted) : undefined,
  );
  // What only looks signed must not make all that comes after it look forged; where nobody is trusted, it has to do.
  const nobody = expected.trusted.size === 0;
  const firstSigned = found.findIndex(
    ({ entry }, index) => entry && (nobody || signatures[index] === undefined),
  );
  return found.map((one, index) => {
    if (one.problem !== undefined) return [one.problem];
    const wrong = inPlace(one, expected);
    if (one.unsigned && (expected.unsignedBefore === false || (firstSigned >= 0 && index > firstSigned)))
      wrong.push("it is not signed");
    const fault = signatures[index];
    if (fault) wrong.push(fault);
    return wrong;
  });
}

/** Its number and its chain. */
function inPlace(one: FoundEntry, expected: ChainExpectation): string[] {
  const content = one.entry ?? one.unsigned;
  if (!content) return [];
  const wrong: string[] = [];
  if (one.key !== manifestKey(expected.prefix, content.sequence))
    wrong.push(`it says it is number ${content.sequence}`);
  const { plan, dataset, site, epoch } = content;
  if (
    plan !== expected.plan ||
    dataset !== expected.dataset ||
    site !== expected.site ||
    epoch !== expected.epoch
  )
    wrong.push(`it belongs to plan "${plan}", dataset "${dataset}" at "${site}", epoch ${epoch}`);
  return wrong;
}

/** Its link to the entry before it. */
function orderFaults(found: readonly FoundEntry[], index: number): string[] {
  const content = found[index]?.entry ?? found[index]?.unsigned;
  if (!content) return [];
  const wrong: string[] = [];
  if (content.sequence !== index + 1)
    wrong.push(
      `it is the ${index + 1}. in the chain and says it is number ${content.sequence}: one is missing or too many`,
    );
  if (content.previous !== found[index - 1]?.sha256) wrong.push("it does not follow the entry before it");
  return wrong;
}

/** What it says about earlier entries. */
function referenceFaults(entry: ChainEntry, index: number, found: readonly FoundEntry[]): string[] {
  const references =
    entry.entry === "tombstone"
      ? entry.removed
      : entry.entry === "point"
        ? entry.parent
          ? [entry.parent]
          : []
        : [entry.point];
  return references.flatMap(({ sequence, sha256 }) => {
    const named = sequence <= index ? found[sequence - 1] : undefined;
    const isPoint = named?.unsigned !== undefined || named?.entry?.entry === "point";
    return named?.sha256 === sha256 && isPoint
      ? []
      : [`it names number ${sequence} as a point, which is none or another`];
  });
}

/** What shows that a chain was cut at its end; empty when it was not, or nobody knows of its end. */
export function headFault(
  found: readonly FoundEntry[],
  { head, prefix }: Pick<ChainExpectation, "head" | "prefix">,
): ChainFault[] {
  if (!head || found[head.sequence - 1]?.sha256 === head.sha256) return [];
  const last = found.at(-1);
  return [
    {
      key: manifestKey(prefix, head.sequence),
      problem: `number ${head.sequence} is known to have been written and is not here; the chain ends with ${last?.key ?? "nothing"}`,
    },
  ];
}
