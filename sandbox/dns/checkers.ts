import type { EndpointCheck, HealthCheck } from "./model.js";
import { type Observation, probe, type Resolve } from "./probe.js";
import { aggregate, initialVerdict, observe, type Verdict } from "./verdict.js";

/** Checkers in each region: about one request every two seconds at an interval of 30 s, as Route 53 documents. */
const CHECKERS_PER_REGION = 2;

/** One health checker of one health check. */
export interface Checker extends Verdict {
  /** For example `us-east-1/1`. */
  readonly name: string;
  readonly last?: Observation & { readonly at: string };
}

/** Told after every observation; `turned` is true when the checker's verdict changed by it. */
export type OnObservation = (check: EndpointCheck, checker: Checker, turned: boolean) => void;

interface Running {
  check: EndpointCheck;
  readonly checkers: Map<string, { state: Checker; timer?: NodeJS.Timeout }>;
}

/** Runs the health checkers of all enabled endpoint checks. */
export class Checkers {
  readonly #running = new Map<string, Running>();

  constructor(
    readonly resolve: Resolve,
    readonly onObservation: OnObservation,
  ) {}

  /**
   * Starts, changes and stops checkers so that they fit the given checks.
   *
   * A changed check keeps its checkers' verdicts; their next requests follow the new settings.
   */
  fit(checks: ReadonlyMap<string, HealthCheck>): void {
    for (const [id, running] of this.#running) {
      const check = checks.get(id);
      if (check?.kind !== "endpoint" || check.disabled) this.#stop(id, running);
    }
    for (const check of checks.values()) {
      if (check.kind === "endpoint" && !check.disabled) this.#fitOne(check);
    }
  }

  /** What the checkers of a check think together; healthy as long as it has none. */
  healthy(id: string): boolean {
    return aggregate(this.of(id));
  }

  /** The checkers of a check. */
  of(id: string): readonly Checker[] {
    return [...(this.#running.get(id)?.checkers.values() ?? [])].map(({ state }) => state);
  }

  /** Stops all. */
  stop(): void {
    for (const [id, running] of this.#running) this.#stop(id, running);
  }

  #stop(id: string, { checkers }: Running): void {
    this.#running.delete(id);
    for (const { timer } of checkers.values()) clearTimeout(timer);
    checkers.clear();
  }

  #fitOne(check: EndpointCheck): void {
    const running = this.#running.get(check.id) ?? { check, checkers: new Map() };
    this.#running.set(check.id, running);
    running.check = check;
    const names = check.regions.flatMap((region) =>
      Array.from({ length: CHECKERS_PER_REGION }, (_none, index) => `${region}/${index + 1}`),
    );
    for (const [name, { timer }] of running.checkers) {
      if (names.includes(name)) continue;
      clearTimeout(timer);
      running.checkers.delete(name);
    }
    names.forEach((name, index) => {
      if (running.checkers.has(name)) return;
      running.checkers.set(name, { state: { ...initialVerdict, name } });
      // Real checkers don't coordinate; evenly spread starts stand for the average of that.
      this.#schedule(running, name, (index / names.length) * check.requestInterval * 1_000);
    });
  }

  #schedule(running: Running, name: string, milliseconds: number): void {
    const checker = running.checkers.get(name);
    if (checker) checker.timer = setTimeout(() => void this.#turn(running, name), milliseconds);
  }

  /** One request; the interval runs from its response to the next request. */
  async #turn(running: Running, name: string): Promise<void> {
    const checker = running.checkers.get(name);
    const observation = await probe(running.check, this.resolve);
    // It may have been stopped meanwhile, or stopped and started again.
    if (!checker || running.checkers.get(name) !== checker) return;
    const { check } = running;
    const verdict = observe(checker.state, observation.passed, check.failureThreshold);
    const turned = verdict.healthy !== checker.state.healthy;
    checker.state = { ...verdict, name, last: { ...observation, at: new Date().toISOString() } };
    this.onObservation(check, checker.state, turned);
    this.#schedule(running, name, check.requestInterval * 1_000);
  }
}
