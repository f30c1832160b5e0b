import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { isDuration, seconds } from "../units.js";
import { unknownName } from "./names.js";

/** The witness is a store, apart from every region that serves, and the TTL leaves the holder time to stop. */
export function leaseRules({ lease, sites }: CheckablePlan): Problem[] {
  if (!lease) return [];
  const { witness: name, ttl } = lease;
  const problems = unknownName("site", "lease.witness", name, sites);
  const witness = name === undefined ? undefined : sites?.[name];
  const serving = Object.entries(sites ?? {}).find(
    ([, { kind, region }]) => kind === "aws-region" && region !== undefined && region === witness?.region,
  );
  if (witness && serving)
    problems.push({
      at: "lease.witness",
      message: `must be a failure domain of its own, but "${name}" is in ${witness.region}, where "${serving[0]}" serves`,
    });
  else if (witness?.kind !== undefined && witness.kind !== "object-store")
    problems.push({
      at: "lease.witness",
      message: `the lease is an object in a bucket: name an object-store, got "${name}" of kind "${witness.kind}"`,
    });
  // The holder gives PostgreSQL ten seconds to stop and rides out 43 without the witness: below 60 s there is no room.
  if (isDuration(ttl) && seconds(ttl) < 60)
    problems.push({ at: "lease.ttl", message: `must be at least 60s, got "${ttl}"` });
  return problems;
}
