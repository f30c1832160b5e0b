import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import * as shipped from "./index.js";
import { faultsEnd, type History } from "./simulation/history.js";
import { loadMutant, mutants } from "./simulation/mutants.js";
import { type LeaseModule, type Outcome, simulate } from "./simulation/simulate.js";

// Issue text: "a property test drives that very module over interleavings (delays, partitions, restarts,
// pauses within the bound that the ADR states) and finds no history in which a site acknowledges a write after
// another site's epoch began; a pause beyond the bound is detected ... Each guard removed makes the test fail."

/** Histories per law; the long test asks for more. */
const runs = Number(process.env.SECONDSITE_LEASE_RUNS ?? 600);
const seed = Number(process.env.SECONDSITE_LEASE_SEED ?? 20_260);
/** Histories in which a mutant has to be caught. */
const mutantRuns = 3_000;

const site = fc.constantFrom("primary" as const, "standby" as const, "third" as const);
/** A time in parts of ttl; evenly spread, where fast-check's own numbers crowd at the ends. */
const span = (min: number, max: number) =>
  fc.noBias(fc.nat(10_000)).map((part) => min + ((max - min) * part) / 10_000);
const when = (until = faultsEnd) => span(0.1, until);
const often = fc.oneof(fc.constant(0), span(0, 0.25));
const mostly = fc.constantFrom(true, true, true, false);
const rate = fc.constantFrom(-1 as const, 0 as const, 1 as const);

const tight = fc.constant({ primary: -1 as const, standby: 1 as const, third: 1 as const });
const outage = fc.tuple(
  fc.record({ site: fc.constant("primary" as const), from: when(2.5), length: span(1.5, 3) }),
);

const within: fc.Arbitrary<History> = fc.record({
  seed: fc.integer(),
  figures: fc.oneof(
    { weight: 5, arbitrary: fc.constant("short" as const) },
    { weight: 1, arbitrary: fc.constant("default" as const) },
  ),
  drift: fc.oneof(
    fc.record({ primary: rate, standby: rate, third: rate }),
    // The tight case: the holder's clock is slowest, the waiters' fastest.
    tight,
    tight,
  ),
  shorterStandby: fc.boolean(),
  look: fc.constantFrom("as shipped" as const, "often" as const, "back to back" as const),
  primaryMayTake: fc.boolean(),
  third: fc.boolean(),
  lost: often,
  unanswered: often,
  late: often,
  slow: fc.constantFrom(0.1, 0.3, 0.5),
  lateCreation: fc.constantFrom(true, false, false, false),
  slowFence: mostly,
  pauseAtFence: mostly,
  partitions: fc
    .tuple(
      // Mostly the primary loses the witness for longer than its lease.
      fc.oneof(outage, outage, outage, fc.constant([])),
      fc.array(fc.record({ site, from: when(), length: span(0.1, 3) }), { maxLength: 2 }),
    )
    .map((partitions) => partitions.flat()),
  restarts: fc.array(
    fc.record({ site, at: when(), down: when(2), volume: fc.constantFrom("same" as const, "new" as const) }),
    { maxLength: 3 },
  ),
  pauses: fc.array(fc.record({ site, at: when() }), { maxLength: 4 }),
  beyond: fc.constant([]),
});

const beyond: fc.Arbitrary<History> = fc
  .tuple(
    within,
    fc.array(
      fc.record({
        kind: fc.constantFrom("stopped" as const, "suspended" as const, "frozen" as const),
        site: fc.constantFrom("primary" as const, "standby" as const),
        at: when(3),
        length: span(1.1, 3),
      }),
      { minLength: 1, maxLength: 1 },
    ),
  )
  .map(([history, pauses]) => ({
    ...history,
    restarts: [],
    pauses: [],
    pauseAtFence: false,
    beyond: pauses,
  }));

/** Plays histories until one breaks the law. */
async function findBreach(
  histories: fc.Arbitrary<History>,
  module: LeaseModule,
  numRuns: number,
  law: (outcome: Outcome, history: History) => void,
): Promise<string | undefined> {
  const property = fc.asyncProperty(histories, async (history) =>
    law(await simulate(history, module), history),
  );
  const found = await fc.check(property, { seed, numRuns, endOnFailure: true });
  if (!found.failed) return undefined;
  const why =
    found.errorInstance instanceof Error ? found.errorInstance.message : String(found.errorInstance);
  return `${why}\n${JSON.stringify(found.counterexample)}\n(after ${found.numRuns})`;
}

function oneWriter({ violations }: Outcome): void {
  if (violations.length > 0) throw new Error(violations.join("\n"));
}

function divergenceTold(outcome: Outcome, history: History): void {
  const { diverged, reported, fencedThenSuperseded, lingered } = outcome;
  const frozen = history.beyond.some(({ kind }) => kind === "frozen");
  const untold = diverged.filter(
    // With every clock frozen a site fences in time by all that it can know. It is told by being superseded,
    // upon which a volume's content is always exported.
    (name) => !reported.includes(name) && !(frozen && fencedThenSuperseded.includes(name)),
  );
  if (untold.length > 0) throw new Error(`not reported: ${untold.join(", ")}`);
  const { fenceBudget, retryEvery } = shipped.defaultFigures;
  const share = history.figures === "default" ? 1 : 0.35;
  // What ran out while the machine slept is shut within one look at the clocks and one fence.
  if (diverged.length > 0 && lingered > (fenceBudget + retryEvery) * share + 500)
    throw new Error(`a resumed machine went on for ${lingered} ms`);
}

describe("one writer at a time", () => {
  test("no site acknowledges a write after another site's epoch began, and somebody holds the lease again", {
    timeout: 3_600_000,
  }, async () => {
    const seen = { takeovers: 0, fences: 0, paused: 0, unanswered: 0, late: 0, reopened: 0, tight: 0 };
    let histories = 0;
    const breach = await findBreach(within, shipped, runs, (outcome, { drift }) => {
      oneWriter(outcome);
      if (!outcome.live) throw new Error("nobody holds the lease though somebody could");
      histories += 1;
      for (const key of ["takeovers", "fences", "paused", "unanswered", "late", "reopened"] as const) {
        if (outcome[key] > 0) seen[key] += 1;
      }
      if (drift.primary === -1 && drift.standby === 1) seen.tight += 1;
    });
    expect(breach).toBeUndefined();
    expect(histories).toBe(runs);
    // A law over histories in which nothing happened would say nothing.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(runs / 10);
  });

  test("a pause beyond the bound that let two sites write is reported by the site that overran", {
    timeout: 3_600_000,
  }, async () => {
    const seen = { stopped: 0, suspended: 0, frozen: 0 };
    const breach = await findBreach(beyond, shipped, runs, (outcome, history) => {
      divergenceTold(outcome, history);
      const [pause] = history.beyond;
      if (pause && outcome.diverged.length > 0) seen[pause.kind] += 1;
    });
    expect(breach).toBeUndefined();
    for (const [kind, count] of Object.entries(seen)) expect(count, kind).toBeGreaterThan(runs / 50);
  });
});

describe("each guard removed is caught", () => {
  test.for(mutants)("$name", { timeout: 600_000 }, async (mutant) => {
    const module = await loadMutant(mutant);
    const breach =
      mutant.breaks === "one writer"
        ? await findBreach(within, module, mutantRuns, oneWriter)
        : await findBreach(beyond, module, mutantRuns, divergenceTold);
    expect(breach, `no history breaks "${mutant.breaks}"`).toBeDefined();
  });
});
