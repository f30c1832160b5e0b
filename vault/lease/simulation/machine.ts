import type { Clock } from "../clock.js";
import type { Timeline } from "./timeline.js";

/** One site's machine: clocks that run at their own rate from their own start, and a process that may be kept from running. */
export class Machine {
  readonly #origin: number;
  readonly #wallOrigin: number;
  /** True milliseconds that each clock has missed. */
  #missed = { mono: 0, wall: 0 };
  #keeperFrozenUntil = 0;
  #machineFrozenUntil = 0;
  #lastPauseEnd = Number.NEGATIVE_INFINITY;

  /** @param rate local milliseconds per true millisecond. */
  constructor(
    readonly timeline: Timeline,
    readonly rate: number,
  ) {
    this.#origin = timeline.random() * 1e7;
    // Machines disagree about the date by up to a day.
    this.#wallOrigin = 1.8e12 + (timeline.random() - 0.5) * 1.728e8;
  }

  /** Whether the whole machine, writers too, stands still. */
  get frozen(): boolean {
    return this.timeline.now < this.#machineFrozenUntil;
  }

  /** True time at which a machine that stands still goes on; now when it runs. */
  get resumesAt(): number {
    return Math.max(this.timeline.now, this.#machineFrozenUntil);
  }

  /** Clock of a process that lives while `alive` says so. */
  clock(alive: () => boolean): Clock {
    return {
      now: () => ({
        mono: this.#origin + (this.timeline.now - this.#missed.mono) * this.rate,
        wall: this.#wallOrigin + (this.timeline.now - this.#missed.wall) * this.rate,
      }),
      after: (milliseconds, call) => {
        let cancelled = false;
        // Timers have whole milliseconds and are never early.
        this.timeline.at(this.timeline.now + Math.max(1, Math.ceil(milliseconds)) / this.rate, () =>
          this.whenRunning(() => cancelled || !alive() || call(), false),
        );
        return () => {
          cancelled = true;
        };
      },
    };
  }

  /** Runs a call of the keeper's process as soon as it is allowed to run, and what follows from it. */
  whenRunning(call: () => void, settles = true): void {
    const free = Math.max(this.#keeperFrozenUntil, this.#machineFrozenUntil);
    if (this.timeline.now >= free) {
      if (settles) this.timeline.settling();
      call();
    } else this.timeline.at(free, () => this.whenRunning(call, settles));
  }

  /** Keeps the keeper alone from running, unless it was within `window` before. @returns whether it was. */
  pause(length: number, window: number): boolean {
    if (this.timeline.now - this.#lastPauseEnd < window) return false;
    this.#keeperFrozenUntil = this.timeline.now + length;
    this.#lastPauseEnd = this.#keeperFrozenUntil;
    return true;
  }

  /** A pause beyond any bound. */
  halt(kind: "stopped" | "suspended" | "frozen", length: number): void {
    const until = this.timeline.now + length;
    this.#keeperFrozenUntil = Math.max(this.#keeperFrozenUntil, until);
    if (kind === "stopped") return;
    this.#machineFrozenUntil = until;
    this.timeline.at(until, () => {
      this.#missed.mono += length;
      if (kind === "frozen") this.#missed.wall += length;
    });
  }
}
