import { type Clock, systemClock } from "./clock.js";
import { LeaseInputError } from "./errors.js";
import { type LeaseFigures, leaseFigures } from "./figures.js";
import { formatRecord, parseRecord } from "./record.js";
import { wakeAt } from "./request.js";
import {
  type CloseReason,
  initialState,
  type LeaseEffect,
  type LeaseEvent,
  type LeaseReport,
  type ReadOutcome,
  type Sighting,
} from "./state.js";
import { type LeaseStatus, statusOf } from "./status.js";
import { step } from "./step.js";
import type { LeaseStore, StoredLease } from "./store.js";

/** What stands between sessions and writes. */
export interface Fence {
  /**
   * Makes writes impossible. Resolves once no write can be acknowledged any more, within the figures'
   * `fenceBudget`; called again after it failed. Has to undo an `open` under way. Must work when already shut.
   */
  close(reason: CloseReason): Promise<void>;
  /**
   * Lets sessions write in this epoch. May take long (a restore): the lease is renewed meanwhile, and `signal`
   * aborts when it has to stop. Records the epoch on the volume before the first write is possible.
   */
  open(epoch: number, signal: AbortSignal): Promise<void>;
}

/** Arguments of `createLeaseKeeper`. */
export interface LeaseKeeperArgs {
  /** What the lease is for. */
  readonly dataset: string;
  /** Name of the site in the plan. */
  readonly site: string;
  /** Id kept on the data volume. */
  readonly incarnation: string;
  /** Highest epoch recorded on the volume. @default undefined, never opened */
  readonly lastEpoch?: number;
  /** Only a primary creates the lease. */
  readonly role: "primary" | "standby";
  /** Whether to take another holder's lease when it ran out. @default false */
  readonly mayTake?: boolean;
  /** @default `defaultFigures` */
  readonly figures?: Partial<LeaseFigures>;
  /**
   * What another process of this machine saw of the lease before, by the same clock, so that a wait begun there
   * goes on here. Counts only for the very same ETag. @default undefined, the wait begins with the first read
   */
  readonly sighting?: Pick<Sighting, "etag" | "since">;
  readonly store: LeaseStore;
  readonly fence: Fence;
  /** @default this machine's clocks */
  readonly clock?: Clock;
  /** Unique per process. @default a random UUID */
  readonly processId?: string;
  /** Told what happens; must not throw. */
  readonly onReport?: (report: LeaseReport) => void;
}

/** Runs the protocol for one site. */
export interface LeaseKeeper {
  /** Runs until `signal` aborts; resolves with the gate shut. Rejects, gate shut as well, on a defect. */
  run(signal: AbortSignal): Promise<void>;
  state(): LeaseStatus;
}

/**
 * Keeps one site's gate open exactly while it holds the lease.
 *
 * @throws LeaseInputError when figures break a rule.
 */
export function createLeaseKeeper(args: LeaseKeeperArgs): LeaseKeeper {
  const { dataset, site, incarnation, role, store, fence } = args;
  for (const [name, value] of Object.entries({ dataset, site, incarnation })) {
    if (value === "") throw new LeaseInputError(`lease keeper: ${name} must not be empty`);
  }
  const clock = args.clock ?? systemClock;
  const who = {
    ...{ dataset, site, incarnation, role, lastEpoch: args.lastEpoch, mayTake: args.mayTake ?? false },
    sighting: args.sighting,
    process: args.processId ?? globalThis.crypto.randomUUID(),
  };
  let state = initialState(who, leaseFigures(args.figures));
  let cancelWake: () => void = () => undefined;
  let opening = new AbortController();
  const requests = new Map<number, AbortController>();
  let finish: { resolve(): void; reject(error: unknown): void } | undefined;

  function dispatch(event: LeaseEvent): void {
    if (!finish) return;
    try {
      const at = clock.now();
      const turn = step(state, event, at);
      state = turn.state;
      for (const effect of turn.effects) perform(effect);
      cancelWake();
      if (state.stopping && state.gate === "closed") {
        settle();
        return;
      }
      const wake = wakeAt(state, at);
      if (wake !== undefined)
        cancelWake = clock.after(Math.max(0, wake - at.mono), () => dispatch({ type: "wake" }));
    } catch (error) {
      // A keeper that can't think any more must not leave the gate open.
      settle(error);
    }
  }

  function settle(error?: unknown): void {
    const ending = finish;
    finish = undefined;
    cancelWake();
    opening.abort();
    for (const request of requests.values()) request.abort();
    if (error === undefined) ending?.resolve();
    else void shut("stopping").finally(() => ending?.reject(error));
  }

  function perform(effect: LeaseEffect): void {
    switch (effect.type) {
      case "read":
        ask(effect.id, async (signal) => {
          const outcome = understood(await store.get(signal));
          return { type: "read", id: effect.id, outcome };
        });
        break;
      case "write":
        ask(effect.id, async (signal) => {
          const outcome = await store.put(formatRecord(effect.record), effect.condition, signal);
          return { type: "written", id: effect.id, outcome };
        });
        break;
      case "abandon":
        requests.get(effect.id)?.abort();
        break;
      case "open":
        void open(effect.epoch);
        break;
      case "close":
        opening.abort();
        void shut(effect.reason);
        break;
      case "report":
        args.onReport?.(effect.report);
    }
  }

  function ask(id: number, send: (signal: AbortSignal) => Promise<LeaseEvent>): void {
    const abort = new AbortController();
    requests.set(id, abort);
    const failed = (error: unknown): LeaseEvent => ({ type: "failed", id, why: told(error) });
    void send(abort.signal)
      .catch(failed)
      .then((event) => {
        requests.delete(id);
        dispatch(event);
      });
  }

  async function open(epoch: number): Promise<void> {
    const attempt = new AbortController();
    opening = attempt;
    let event: LeaseEvent = { type: "opened" };
    try {
      await fence.open(epoch, attempt.signal);
    } catch (error) {
      event = { type: "open-failed", why: told(error) };
    }
    // What an aborted opening still says is about a gate that has been shut since.
    if (!attempt.signal.aborted) dispatch(event);
  }

  async function shut(reason: CloseReason): Promise<void> {
    let event: LeaseEvent = { type: "closed" };
    try {
      await fence.close(reason);
    } catch (error) {
      event = { type: "close-failed", why: told(error) };
    }
    dispatch(event);
  }

  return {
    run: (signal) =>
      new Promise((resolve, reject) => {
        if (finish) throw new LeaseInputError("lease keeper: already running");
        finish = { resolve, reject };
        signal.addEventListener("abort", () => dispatch({ type: "stop" }), { once: true });
        dispatch({ type: "start" });
        if (signal.aborted) dispatch({ type: "stop" });
      }),
    state: () => statusOf(state, clock),
  };
}

function understood(found: StoredLease): ReadOutcome {
  if (found.kind === "present") return { kind: "present", etag: found.etag, record: parseRecord(found.text) };
  return found;
}

function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
