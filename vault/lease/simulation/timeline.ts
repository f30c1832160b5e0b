/** True time of a simulated history, and the randomness that fills it in. Nothing in it waits for real. */
export class Timeline {
  /** True milliseconds. */
  now = 0;
  readonly #queue: { readonly at: number; readonly order: number; readonly call: () => void }[] = [];
  #order = 0;
  #seed: number;
  #settling = false;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Calls back at a true time, not before now. */
  at(time: number, call: () => void): void {
    this.#order += 1;
    this.#queue.push({ at: Math.max(time, this.now), order: this.#order, call });
  }

  /** A number from 0 to 1 (mulberry32): the same history always unfolds the same way. */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** Says that the call under way settled a promise, whose followers have to run before time goes on. */
  settling(): void {
    this.#settling = true;
  }

  /** Plays everything until a true time; `over` ends it early. */
  async play(until: number, over: () => boolean): Promise<void> {
    while (!over()) {
      const next = this.#next();
      if (!next || next.at > until) return;
      this.now = next.at;
      next.call();
      if (!this.#settling) continue;
      this.#settling = false;
      await new Promise(setImmediate);
    }
  }

  #next() {
    let first = 0;
    for (let index = 1; index < this.#queue.length; index += 1) {
      const [a, b] = [this.#queue[index], this.#queue[first]];
      if (a && b && (a.at < b.at || (a.at === b.at && a.order < b.order))) first = index;
    }
    return this.#queue.splice(first, 1)[0];
  }
}
