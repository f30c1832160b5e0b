import type { Moment } from "./killed-command.js";
import type { StoreCall } from "./store-gate.js";

/** A number from 0 to 1 (mulberry32): the same seed gives the same ones. */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How a command went the last time when nobody killed it. */
export interface Trace {
  /** Its calls of the S3 server, in their order. */
  readonly steps: readonly string[];
  /** Milliseconds from the first call to its end. */
  readonly duration: number;
  /** Whether it writes to the disk's copy as well. */
  readonly writesFiles: boolean;
}

/** Kills per step and command. */
export class Tally {
  readonly #kills = new Map<string, number>();

  /** Boundaries of every step of a trace. */
  boundaries(command: string, { steps }: Trace): (StoreCall & { readonly kills: number })[] {
    return [...new Set(steps)].flatMap((step) =>
      (["asked", "answered"] as const).map((when) => ({
        ...{ step, when },
        kills: this.#kills.get(nameOf(command, { at: "call", step, when, nth: 1 })) ?? 0,
      })),
    );
  }

  add(command: string, moment: Moment): void {
    const name = nameOf(command, moment);
    this.#kills.set(name, (this.#kills.get(name) ?? 0) + 1);
  }

  lines(): string[] {
    return [...this.#kills].sort().map(([name, kills]) => `${String(kills).padStart(4)} × ${name}`);
  }
}

function nameOf(command: string, moment: Moment): string {
  if (moment.at === "call") return `${command}: ${moment.step}, ${moment.when}`;
  return `${command}: ${moment.at === "file" ? "a file of the disk's copy" : "any time"}`;
}

/** Most kills are at boundaries of store calls, those first that had the fewest; the rest at files and at any time. */
export function momentFor(command: string, trace: Trace, tally: Tally, chance: () => number): Moment {
  const kind = chance();
  const pick = (count: number) => Math.floor(chance() * count);
  if (kind < 0.2) return { at: "time", after: Math.floor(chance() * trace.duration) };
  if (kind < 0.35 && trace.writesFiles) return { at: "file", nth: 1 + pick(20) };
  const all = tally.boundaries(command, trace);
  const fewest = Math.min(...all.map(({ kills }) => kills));
  const rarest = all.filter(({ kills }) => kills === fewest);
  const { step, when } = rarest[pick(rarest.length)] ?? { step: "", when: "asked" as const };
  return { at: "call", step, when, nth: 1 + pick(trace.steps.filter((one) => one === step).length) };
}
