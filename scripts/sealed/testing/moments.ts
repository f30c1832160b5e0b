import type { Moment } from "./killed-command.js";
import type { StoreCall } from "./store-gate.js";
import type { Trace } from "./traces.js";

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

/** A command, and when it is killed. */
export interface Kill<Command> {
  readonly command: Command;
  readonly moment: Moment;
}

/**
 * Most kills are at boundaries of store calls, of all commands those first that had the fewest; the rest at files and at any
 * time, a command after the other.
 *
 * @param done kills so far
 * @param spare whether kills are left for anything but boundaries that none has hit
 */
export function nextKill<Command extends { readonly name: string }>(
  traces: ReadonlyMap<Command, Trace>,
  tally: Tally,
  chance: () => number,
  done: number,
  spare: boolean,
): Kill<Command> {
  const pick = (count: number) => Math.floor(chance() * count);
  const all = [...traces].flatMap(([command, trace]) =>
    tally.boundaries(command.name, trace).map((one) => ({ ...one, command, trace })),
  );
  const fewest = Math.min(...all.map(({ kills }) => kills));
  const rarest = all.filter(({ kills }) => kills === fewest);
  const kind = chance();
  const inTurn = (those: readonly (readonly [Command, Trace])[]) => those[done % those.length];
  if (fewest > 0 || spare) {
    const [command, trace] = inTurn([...traces]) ?? [];
    if (kind < 0.2 && command && trace)
      return { command, moment: { at: "time", after: pick(trace.duration) } };
    const [writer] = inTurn([...traces].filter(([, { writesFiles }]) => writesFiles)) ?? [];
    if (kind < 0.35 && writer) return { command: writer, moment: { at: "file", nth: 1 + pick(20) } };
  }
  const chosen = rarest[pick(rarest.length)];
  if (!chosen) throw new RangeError("no command calls a store");
  return { command: chosen.command, moment: callOf(chosen.trace, chosen, chance) };
}

/**
 * When a run that takes over from a dead one is killed as well: at a boundary of what only such runs call, at each once and
 * then at one in five times.
 *
 * @param spare as for `nextKill`
 */
export function nextKillOfTakeover(
  name: string,
  trace: Trace,
  tally: Tally,
  chance: () => number,
  spare: boolean,
): Moment | undefined {
  const all = tally.boundaries(name, trace);
  const fewest = Math.min(...all.map(({ kills }) => kills));
  if (fewest > 0 && (!spare || chance() > 0.2)) return undefined;
  const rarest = all.filter(({ kills }) => kills === fewest);
  const chosen = rarest[Math.floor(chance() * rarest.length)];
  return chosen && callOf(trace, chosen, chance);
}

function callOf({ steps }: Trace, { step, when }: StoreCall, chance: () => number): Moment {
  const nth = 1 + Math.floor(chance() * steps.filter((one) => one === step).length);
  return { at: "call", step, when, nth };
}
