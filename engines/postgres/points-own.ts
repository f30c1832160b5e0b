import { lastFault } from "../../vault/index.js";
import { type Placement, storeAt } from "./placement.js";
import { type PhysicalPoint, readEpochChain, signersAt } from "./points-chain.js";

/**
 * An epoch's points in the site's own copy, newest first, as far as its chain is to be believed; those that a verification
 * found damaged come last. What is wrong with the chain is said, and takes no other point along.
 */
export async function ownPoints(
  placement: Placement,
  epoch: number,
  say: (line: string) => void,
): Promise<PhysicalPoint[]> {
  const { plan, dataset, site } = placement;
  const copy = { plan: plan.name, dataset, site, store: storeAt(placement, site) };
  const signers = await signersAt(copy);
  if (signers.problem !== undefined) say(`nothing that is signed counts: ${signers.problem}`);
  const { faults, points } = await readEpochChain(copy, epoch, signers);
  for (const { key, problem } of faults) say(`${key}: ${problem}`);
  const believed = points.filter(({ problem }) => problem === undefined).toReversed();
  const damaged = believed.filter((point) => lastFault(point) !== undefined);
  for (const point of damaged) say(`${point.label} comes last: ${lastFault(point)}`);
  return [...believed.filter((point) => !damaged.includes(point)), ...damaged];
}
