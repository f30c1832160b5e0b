/** How a command went the last time when nobody killed it. */
export interface Trace {
  /** Its calls of the S3 server, in their order. */
  readonly steps: readonly string[];
  /** Milliseconds from the first call to its end. */
  readonly duration: number;
  /** Whether it writes to the disk's copy as well. */
  readonly writesFiles: boolean;
}

/**
 * The calls of a command by when they come: in each run, or only in one that takes over from a dead run. What an ordinary run
 * never calls cannot be hit in one.
 */
export class Traces {
  readonly #usual: ReadonlySet<string>;
  #ordinary: Trace;
  #takeover: Trace;

  /** @param first a run after which nobody had been killed */
  constructor(first: Trace) {
    this.#usual = new Set(first.steps);
    this.#ordinary = first;
    this.#takeover = { ...first, steps: [], writesFiles: false };
  }

  /** What comes in each run, as often as in the last one. */
  get ordinary(): Trace {
    return this.#ordinary;
  }

  /** What came in any run after a kill, and in no other. */
  get takeover(): Trace {
    return this.#takeover;
  }

  /** Takes down a run that came after a kill. */
  afterKill(trace: Trace): void {
    const usual = trace.steps.filter((step) => this.#usual.has(step));
    const absent = [...this.#usual].filter((step) => !usual.includes(step));
    this.#ordinary = { ...trace, steps: [...usual, ...absent] };
    const added = trace.steps.filter((step) => !this.#usual.has(step));
    this.#takeover = { ...this.#takeover, steps: [...new Set([...this.#takeover.steps, ...added])] };
  }
}
