import type { LockReach } from "../vault/index.js";

const day = 86_400_000;

/**
 * How far a lock has to reach now: to when the point goes, but no further than some days ahead, since nothing takes a lock
 * back; it is renewed once less than half of that is left.
 *
 * @param expires when retention lets go of it. @default nothing says when
 */
export function lockWindow(now: Date, days: number, expires?: Date): LockReach {
  const furthest = now.getTime() + days * day;
  const due = now.getTime() + (days * day) / 2;
  const known = expires && expires > now ? expires.getTime() : furthest;
  const until = wholeSecond(Math.min(known, furthest));
  return { until, least: new Date(Math.min(until.getTime(), due)) };
}

/** Stores keep the ends of locks in seconds. */
const wholeSecond = (at: number) => new Date(Math.ceil(at / 1_000) * 1_000);
