import type { Progress, Say } from "../progress.js";

/** One stretch of a rehearsal. */
export interface Phase {
  readonly name: string;
  /** ISO 8601, milliseconds. */
  readonly startedAt: string;
  readonly seconds: number;
}

/** What happened when: told live, kept for the report. */
export class Timeline {
  readonly #phases: Phase[] = [];

  constructor(readonly progress: Progress) {}

  /** Every phase so far, in the order in which they began. */
  get phases(): readonly Phase[] {
    return this.#phases.toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  /** Runs work as a phase; one that fails is kept too. Phases may run side by side. */
  async phase<T>(name: string, work: (say: Say) => Promise<T>): Promise<T> {
    const from = Date.now();
    try {
      return await this.progress.step(name, work);
    } finally {
      this.span(name, from, Date.now());
    }
  }

  /** Adds a phase that was measured otherwise. @param from and `to` in milliseconds since 1970. */
  span(name: string, from: number, to: number): void {
    this.#phases.push({
      name,
      startedAt: new Date(from).toISOString(),
      seconds: Math.round(Math.max(0, to - from)) / 1000,
    });
  }
}
