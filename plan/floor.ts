import type { Plan } from "./schema/index.js";
import { seconds } from "./units.js";

/** What a takeover waits for, however fast its people and machines are. */

/** Seconds until a check has failed, or has passed again, as often as it takes. */
export const checkSeconds = ({ dns }: Pick<Plan, "dns">): number =>
  dns ? seconds(dns.check.every) * dns.check.failures : 0;

/** Seconds until a lease that nobody renews may be taken. */
export const leaseSeconds = ({ lease }: Pick<Plan, "lease">): number =>
  lease ? seconds(lease.ttl) + seconds(lease.skew) : 0;

/**
 * What a takeover waits for, however fast its people and machines are, in seconds: the lease, the check turning healthy,
 * and the TTL. A customer whose resolver asked some time before the loss waits for less than the whole TTL.
 */
export const floorSeconds = (plan: Pick<Plan, "dns" | "lease">): number =>
  leaseSeconds(plan) + checkSeconds(plan) + (plan.dns ? seconds(plan.dns.ttl) : 0);
