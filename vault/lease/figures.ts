import { LeaseInputError } from "./errors.js";

/** Every duration of the protocol. Milliseconds on the clock of whoever measures, unless said otherwise. */
export interface LeaseFigures {
  /** How long a renewal lets its holder write, from the start of its request. @default 60000 */
  readonly ttl: number;
  /**
   * What a waiter adds to `ttl` before it takes the next epoch. Covers `drift` and `pauseBound`; at least
   * `requiredSkew` of these figures. @default 5000
   */
  readonly skew: number;
  /** From the start of one renewal to the start of the next; also how often others look. @default 3000 */
  readonly renewEvery: number;
  /** After this long a request's outcome is unknown. Shorter than `renewEvery`. @default 2000 */
  readonly requestTimeout: number;
  /** Pause after a request that failed, and how often an open gate checks its own clocks. @default 1000 */
  readonly retryEvery: number;
  /** What shutting the gate may take; it begins that long before `ttl` ends. @default 10000 */
  readonly fenceBudget: number;
  /** Longest that a holder's keeper is kept from running, in sum over one `ttl`; true time. @default 4000 */
  readonly pauseBound: number;
  /** How much faster or slower than true time any site's monotonic clock runs, in millionths. @default 500 */
  readonly driftPpm: number;
}

/**
 * The figures that are shipped.
 *
 * Three seconds between renewals let a holder ride out 43 seconds without the witness unfenced:
 * 3 (since the last renewal) + 43 + 2 (a hung request) + 1 (pause) + two round trips < 60 - 10.
 */
export const defaultFigures: LeaseFigures = {
  ttl: 60_000,
  skew: 5_000,
  renewEvery: 3_000,
  requestTimeout: 2_000,
  retryEvery: 1_000,
  fenceBudget: 10_000,
  pauseBound: 4_000,
  driftPpm: 500,
};

/**
 * Smallest `skew` that keeps one writer, in milliseconds.
 *
 * With rates within 1 ± ρ, a slow holder is shut no later than ttl/(1−ρ) + pauseBound after its renewal
 * began; a fast waiter acts no earlier than (ttl+skew)/(1+ρ) after it saw that renewal. Hence
 * skew ≥ ttl·2ρ/(1−ρ) + pauseBound·(1+ρ): 60 ms + 4002 ms for the default figures.
 */
export function requiredSkew({ ttl, driftPpm, pauseBound }: LeaseFigures): number {
  const rho = driftPpm / 1_000_000;
  return Math.ceil((ttl * 2 * rho) / (1 - rho) + pauseBound * (1 + rho));
}

/** How long an unchanged lease has to be watched before its next epoch may be taken, in milliseconds. */
export function waitTime({ ttl, skew }: Pick<LeaseFigures, "ttl" | "skew">): number {
  return ttl + skew;
}

/**
 * Completes figures with the defaults and checks them all.
 *
 * @throws LeaseInputError naming every figure that breaks a rule.
 */
export function leaseFigures(given: Partial<LeaseFigures> = {}): LeaseFigures {
  const figures = { ...defaultFigures, ...given };
  const { ttl, skew, renewEvery, requestTimeout, retryEvery, fenceBudget, driftPpm } = figures;
  const problems: string[] = [];
  for (const [name, value] of Object.entries(figures)) {
    const least = name === "driftPpm" || name === "pauseBound" ? 0 : 1;
    if (!Number.isFinite(value) || value < least) {
      problems.push(`${name} must be a number of at least ${least}, got ${value}`);
    }
  }
  const rule = (holds: boolean, message: string) => holds || problems.push(message);
  rule(driftPpm < 1_000_000, `driftPpm must be below 1000000, got ${driftPpm}`);
  rule(
    requestTimeout < renewEvery,
    `requestTimeout (${requestTimeout}) must be below renewEvery (${renewEvery})`,
  );
  rule(
    2 * renewEvery + requestTimeout + retryEvery <= ttl - fenceBudget,
    `ttl - fenceBudget (${ttl - fenceBudget}) must leave room for one failed renewal: 2 × renewEvery + requestTimeout + retryEvery = ${2 * renewEvery + requestTimeout + retryEvery}`,
  );
  rule(
    skew >= requiredSkew(figures),
    `skew must be at least ${requiredSkew(figures)} (drift of both clocks over ttl, and pauseBound), got ${skew}`,
  );
  if (problems.length > 0) throw new LeaseInputError(`lease figures: ${problems.join("; ")}`);
  return figures;
}
