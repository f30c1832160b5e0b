import { defaultFigures, type LeaseFigures } from "../figures.js";
import type { createLeaseKeeper } from "../keeper.js";
import { parseRecord } from "../record.js";
import { faultsEnd, type History, type SiteName } from "./history.js";
import { Machine } from "./machine.js";
import { Referee } from "./referee.js";
import { Site } from "./site.js";
import { Timeline } from "./timeline.js";
import { type Passage, Witness } from "./witness.js";

/** The module under test: the shipped one, or a copy with one guard removed. */
export interface LeaseModule {
  readonly createLeaseKeeper: typeof createLeaseKeeper;
  readonly requiredSkew: (figures: LeaseFigures) => number;
}

/** What became of a history. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly takeovers: number;
  /** Gates shut because the lease was running out. */
  readonly fences: number;
  /** The first of them. */
  readonly firstFence: { readonly site: SiteName; readonly at: number } | undefined;
  /** Pauses within the bound that took place. */
  readonly paused: number;
  readonly unanswered: number;
  readonly late: number;
  readonly reopened: number;
  readonly diverged: readonly SiteName[];
  /** Sites that reported a possible divergence. */
  readonly reported: readonly SiteName[];
  /** Sites that fenced in time by their own clocks and learnt afterwards that they were superseded. */
  readonly fencedThenSuperseded: readonly SiteName[];
  /** Longest that a resumed machine's gate stayed open on a lease that had run out, true milliseconds. */
  readonly lingered: number;
  /** Whether somebody who could hold the lease did so, bounded time after the last fault. */
  readonly live: boolean;
}

const short = {
  ...{ ttl: 20_000, renewEvery: 3_000, requestTimeout: 1_500, retryEvery: 1_000 },
  ...{ fenceBudget: 3_000, pauseBound: 1_500, driftPpm: 20_000 },
};

function looks({ look }: History, { requestTimeout }: LeaseFigures): Partial<LeaseFigures> {
  if (look === "often") return { renewEvery: 500, requestTimeout: 400, retryEvery: 300 };
  return look === "back to back" ? { renewEvery: requestTimeout + 1 } : {};
}

/** Durations of a history, with no more skew than the rule demands: every bound is tight. */
export function figuresOf({ figures }: History, { requiredSkew }: LeaseModule): LeaseFigures {
  const chosen = figures === "default" ? defaultFigures : { ...short, skew: 0 };
  return { ...chosen, skew: requiredSkew(chosen) };
}

/**
 * Plays a history against a lease module.
 *
 * For the worst pause it is played twice: what the first keeper to fence did then tells when to pause it.
 */
export async function simulate(history: History, module: LeaseModule): Promise<Outcome> {
  if (!history.pauseAtFence) return play(history, module);
  const { firstFence, ...outcome } = await play({ ...history, pauses: [] }, module);
  if (!firstFence || outcome.violations.length > 0) return { ...outcome, firstFence };
  const { site, at } = firstFence;
  return play({ ...history, pauses: [{ site, at: at - 1e-6 }] }, module);
}

async function play(history: History, module: LeaseModule): Promise<Outcome> {
  const timeline = new Timeline(history.seed);
  const figures = figuresOf(history, module);
  const { ttl } = figures;
  const quiet = ttl * faultsEnd;
  let firstFence: Outcome["firstFence"];
  const counts = { fences: 0, paused: 0, unanswered: 0, late: 0, reopened: 0 };
  let creationSent = false;
  const reported = new Set<SiteName>();
  const fenced = new Set<SiteName>();
  const fencedThenSuperseded = new Set<SiteName>();
  const sites: Site[] = [];
  const referee = new Referee(sites);
  const witness = new Witness(timeline, (text) => {
    referee.landed(parseRecord(text));
  });
  const cut = (name: SiteName) =>
    history.partitions.some(({ site, from, length }) => {
      const now = timeline.now / ttl;
      return site === name && now >= from && now < Math.min(from + length, faultsEnd);
    });

  function passage(kind: "get" | "put"): Passage {
    const normal = () => 5 + timeline.random() * 60;
    const fate = timeline.random();
    const delay = () =>
      timeline.random() < history.slow ? timeline.random() * figures.requestTimeout * 0.9 : normal();
    if (kind === "put" && history.lateCreation && !creationSent) {
      creationSent = true;
      return { there: figures.requestTimeout + timeline.random() * 3 * ttl, back: normal() };
    }
    if (timeline.now >= quiet) return { there: normal(), back: normal() };
    if (fate < history.lost) return { there: undefined, back: undefined };
    if (fate < history.lost + history.unanswered) {
      counts.unanswered += 1;
      return { there: delay(), back: undefined };
    }
    if (fate < history.lost + history.unanswered + history.late) {
      counts.late += 1;
      return { there: figures.requestTimeout + timeline.random() ** 2 * 3 * ttl, back: normal() };
    }
    return { there: delay(), back: delay() };
  }

  const rho = figures.driftPpm / 1_000_000;
  const names: readonly SiteName[] = history.third ? ["primary", "standby", "third"] : ["primary", "standby"];
  for (const name of names) {
    const machine = new Machine(timeline, 1 + rho * history.drift[name]);
    const shorter = history.shorterStandby && name === "standby";
    sites.push(
      new Site({
        ...{ name, timeline, machine, slowFence: history.slowFence, create: module.createLeaseKeeper },
        figures: {
          ...figures,
          ...(shorter ? { ttl: ttl * 0.75 } : {}),
          ...(name === "primary" ? {} : looks(history, figures)),
        },
        mayTake: name !== "primary" || history.primaryMayTake,
        reach: (alive) =>
          witness.seenBy(
            passage,
            () => alive() && !cut(name),
            (call) => machine.whenRunning(() => alive() && call()),
          ),
        onOpen: (site, epoch) => referee.opened(site, epoch),
        onReport: (site, { type, ...rest }) => {
          if (type === "possible-divergence") reported.add(site.name);
          if (type === "gate-open") fenced.delete(site.name);
          if (type === "ended" && fenced.has(site.name)) fencedThenSuperseded.add(site.name);
          if (type === "acquired" && "how" in rest && rest.how === "resumed") counts.reopened += 1;
          if (type === "gate-closing" && "reason" in rest && rest.reason === "lease-running-out") {
            counts.fences += 1;
            fenced.add(site.name);
            firstFence ??= { site: site.name, at: timeline.now / ttl };
          }
        },
      }),
    );
  }

  const named = (name: SiteName, call: (site: Site) => void) => {
    const site = sites.find((one) => one.name === name);
    if (site) call(site);
  };
  for (const [index, site] of sites.entries()) timeline.at(index * 10, () => site.start());
  for (const { site: name, at, down, volume } of history.restarts) {
    named(name, (site) => {
      timeline.at(at * ttl, () => site.kill());
      timeline.at(Math.min(at + down, faultsEnd) * ttl, () => {
        site.kill();
        if (volume === "new") site.replaceVolume();
        site.start();
      });
    });
  }
  for (const { site: name, at } of history.pauses) {
    named(name, ({ args }) =>
      timeline.at(at * ttl, () => {
        if (args.machine.pause(figures.pauseBound, 2 * ttl)) counts.paused += 1;
      }),
    );
  }
  let lingered = 0;
  for (const { kind, site: name, at, length } of history.beyond) {
    named(name, (site) => {
      timeline.at(at * ttl, () => site.args.machine.halt(kind, length * ttl));
      timeline.at((at + length) * ttl, () => {
        // Nobody's write waits for the machine's own clock to be told.
        referee.watch();
        if (kind === "suspended" && site.open) {
          const resumed = timeline.now;
          const look = () => {
            if (!site.open || site.args.machine.frozen) return;
            lingered = Math.max(lingered, timeline.now - resumed);
            if (lingered < ttl) timeline.at(timeline.now + 100, look);
          };
          look();
        }
      });
    });
  }

  const safe = history.beyond.length === 0;
  const settled = quiet + 3 * ttl + 3 * (figures.ttl + figures.skew);
  await timeline.play(settled, () => safe && referee.violations.length > 0);
  const holder = sites.find((site) => site.open);
  const able = sites.some(
    (site) =>
      referee.last &&
      ((site.args.mayTake &&
        referee.last.history.every(({ incarnation }) => incarnation !== site.incarnation)) ||
        referee.last.incarnation === site.incarnation),
  );
  return {
    ...{ violations: referee.violations, takeovers: referee.takeovers, ...counts, firstFence, lingered },
    diverged: [...referee.diverged].map(({ name }) => name),
    reported: [...reported],
    fencedThenSuperseded: [...fencedThenSuperseded],
    live: holder !== undefined || !able,
  };
}
