import type { LeaseFigures } from "../figures.js";
import type { createLeaseKeeper, Fence, LeaseKeeper } from "../keeper.js";
import type { LeaseReport } from "../state.js";
import type { LeaseStatus } from "../status.js";
import type { LeaseStore } from "../store.js";
import type { SiteName } from "./history.js";
import type { Machine } from "./machine.js";
import type { Timeline } from "./timeline.js";

/** Arguments of `Site`. */
export interface SiteArgs {
  readonly name: SiteName;
  readonly timeline: Timeline;
  readonly machine: Machine;
  readonly figures: LeaseFigures;
  readonly mayTake: boolean;
  readonly slowFence: boolean;
  readonly create: typeof createLeaseKeeper;
  /** The witness as a process of this site reaches it. */
  readonly reach: (alive: () => boolean) => LeaseStore;
  /** Writes become possible here in that epoch. */
  readonly onOpen: (site: Site, epoch: number) => void;
  readonly onReport: (site: Site, report: LeaseReport) => void;
}

/** A site: a volume, a process that is the shipped keeper, and a gate through which writers write. */
export class Site {
  /** Whether a write here would be acknowledged. Writers never rest: open means acknowledged. */
  open = false;
  /** Epoch the gate was last opened in. */
  epoch = 0;
  volume = 1;
  keeper: LeaseKeeper | undefined;
  #lastEpoch: number | undefined;
  #sighting: LeaseStatus["sighting"];
  #lives = 0;
  /** Grows with every order to the gate; an older order is void. */
  #orders = 0;

  constructor(readonly args: SiteArgs) {}

  get name(): SiteName {
    return this.args.name;
  }

  get incarnation(): string {
    return `${this.args.name}-volume-${this.volume}`;
  }

  /** Starts the keeper's process. */
  start(): void {
    const { name, machine, figures, mayTake, create, reach } = this.args;
    this.#lives += 1;
    const life = this.#lives;
    const alive = () => this.#lives === life;
    this.keeper = create({
      dataset: "messages",
      site: name,
      incarnation: this.incarnation,
      ...(this.#lastEpoch === undefined ? {} : { lastEpoch: this.#lastEpoch }),
      ...(this.#sighting ? { sighting: this.#sighting } : {}),
      role: name === "primary" ? "primary" : "standby",
      mayTake,
      figures,
      store: reach(alive),
      fence: this.#fence(alive),
      clock: machine.clock(alive),
      processId: `${name}-${life}`,
      onReport: (report) => this.args.onReport(this, report),
    });
    void this.keeper.run(new AbortController().signal);
  }

  /** SIGKILL; the server dies with its keeper. */
  kill(): void {
    this.#sighting = this.keeper?.state().sighting;
    this.#lives += 1;
    this.#orders += 1;
    this.open = false;
    this.keeper = undefined;
  }

  /** The volume is lost; what comes back has another one. */
  replaceVolume(): void {
    this.volume += 1;
    this.#lastEpoch = undefined;
  }

  #fence(alive: () => boolean): Fence {
    const { timeline, machine, figures, slowFence } = this.args;
    /** The server goes on while its keeper is paused; only the answer waits for the keeper. */
    const later = (at: number, order: number, work: () => void, done: () => void) => {
      timeline.at(at, () => {
        if (machine.frozen) {
          later(machine.resumesAt, order, work, done);
          return;
        }
        if (!alive() || this.#orders !== order) return;
        work();
        machine.whenRunning(() => alive() && done());
      });
    };
    return {
      close: () =>
        new Promise((resolve) => {
          if (!alive()) return;
          this.#orders += 1;
          const takes = this.open && slowFence ? figures.fenceBudget / machine.rate : 50;
          later(timeline.now + takes, this.#orders, () => this.#shut(), resolve);
        }),
      open: (epoch) =>
        new Promise((resolve) => {
          if (!alive()) return;
          this.#orders += 1;
          const takes = 50 + timeline.random() ** 4 * figures.ttl;
          later(timeline.now + takes, this.#orders, () => this.#letWrite(epoch), resolve);
        }),
    };
  }

  #shut(): void {
    this.open = false;
  }

  #letWrite(epoch: number): void {
    this.open = true;
    this.epoch = epoch;
    this.#lastEpoch = Math.max(epoch, this.#lastEpoch ?? 0);
    this.args.onOpen(this, epoch);
  }
}
