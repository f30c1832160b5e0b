/** Route 53 calls an endpoint healthy when more than this share of its checkers does. */
const HEALTHY_SHARE = 0.18;

/** What one health checker thinks of one endpoint. */
export interface Verdict {
  readonly healthy: boolean;
  /** Consecutive latest observations that disagree with `healthy`. */
  readonly against: number;
}

/** A new health check counts as healthy until there is enough data. */
export const initialVerdict: Verdict = { healthy: true, against: 0 };

/**
 * Takes one observation into account.
 *
 * @param threshold consecutive observations against the verdict that turn it.
 */
export function observe(verdict: Verdict, passed: boolean, threshold: number): Verdict {
  if (passed === verdict.healthy) return { healthy: verdict.healthy, against: 0 };
  const against = verdict.against + 1;
  return against >= threshold ? { healthy: passed, against: 0 } : { healthy: verdict.healthy, against };
}

/** Status of an endpoint from all its checkers' verdicts; without checkers it counts as healthy. */
export function aggregate(verdicts: readonly Pick<Verdict, "healthy">[]): boolean {
  const healthy = verdicts.filter((verdict) => verdict.healthy).length;
  return verdicts.length === 0 || healthy / verdicts.length > HEALTHY_SHARE;
}
