import type { Disaster, KeptDataset, Plan, StoredBackup } from "../../../schema/index.js";
import { attack, type History, hasRoom, lastDue, wander } from "./adversary.js";
import { leftAfter } from "./disasters.js";
import type { Made } from "./engine.js";
import { type Model, modelsOf } from "./models.js";
import type { Random } from "./random.js";
import { type ClockChange, clockChanges, margin, simulatedDays } from "./starts.js";
import { amount, length } from "./units.js";

const instant = 0.002;
const s3 = 15 * 60;
const others = 86_400;

/** What was seen of a dataset in one disaster. */
export interface Observation {
  /** The most that was lost at any of the moments looked at, seconds. */
  readonly lost: number;
  /** Moments at which the disaster was let happen. */
  readonly moments: number;
}

/** What a dataset lived through. */
export interface Lived {
  readonly changes: ReadonlySet<ClockChange["kind"]>;
}

interface World {
  readonly plan: Plan;
  readonly dataset: KeptDataset;
  readonly models: readonly Model[];
  readonly random: Random;
  readonly first: Date;
  readonly lived: Set<ClockChange["kind"]>;
  /** Attacks on a model, worst first. */
  readonly attacks: Map<number, readonly History[]>;
}

/** Lets every disaster happen at the worst moments that can be found and at some others, in two years. */
export function observe(
  plan: Plan,
  dataset: KeptDataset,
  disasters: readonly Disaster[],
  first: Date,
  random: Random,
): { readonly seen: ReadonlyMap<Disaster, Observation>; readonly lived: Lived } {
  const models = modelsOf(plan, dataset, first);
  const lived = new Set<ClockChange["kind"]>();
  const world: World = { plan, dataset, models, random, first, lived, attacks: new Map() };
  for (const model of models) world.attacks.set(model.index, attacksOn(world, model));
  const byLeft = new Map<string, Observation>();
  const seen = new Map<Disaster, Observation>();
  for (const disaster of disasters) {
    const left = leftAfter(plan, dataset, disaster);
    const key = `${[...left].join()} ${disaster === "operator-error"} ${disaster === "database"}`;
    const known = byLeft.get(key) ?? observed(world, left, disaster);
    byLeft.set(key, known);
    seen.set(disaster, known);
  }
  return { seen, lived: { changes: lived } };
}

function observed(world: World, left: ReadonlySet<string>, disaster: Disaster): Observation {
  const { dataset, models, random, first } = world;
  let lost = 0;
  let moments = 0;
  const look = (at: number, newest: Newest, phases: Phases) => {
    if (!Number.isFinite(at)) return;
    moments++;
    lost = Math.max(lost, lossAt(world, left, disaster, at, newest, phases));
  };
  const byChance: Newest = (index, until) => {
    const model = models.find((one) => one.index === index);
    return model ? newestOf(wander(model, until, random), until) : Number.NEGATIVE_INFINITY;
  };
  for (const target of models)
    for (const site of sitesOf(target.backup)) {
      if (!left.has(site)) continue;
      for (const attacked of world.attacks.get(target.index) ?? []) {
        const { moment, phases } = worstMoment(world, target.backup, site, attacked.relief);
        const isIn = (until: number) => until >= attacked.from && until <= attacked.until;
        look(
          moment,
          (index, until) =>
            index === target.index && isIn(until) ? newestOf(attacked.made, until) : byChance(index, until),
          phases,
        );
      }
    }
  const start = first.getTime() / 1_000;
  for (let some = 0; some < 6; some++) {
    const latest = Math.min(...models.map(({ due }) => due.at(-1) ?? 0), start + simulatedDays * 86_400);
    const from = models.reduce(
      (most, { due }) => Math.max(most, due[Math.min(20, due.length - 1)] ?? 0),
      start,
    );
    const at = models.length > 0 && latest > from ? from + random.next() * (latest - from) : start;
    look(at, byChance, phasesBy(dataset, random));
  }
  return { lost, moments };
}

/** Content of the newest point of a backup that its job had completed by a moment. */
type Newest = (index: number, until: number) => number;

/** Where transfers to each medium stand, seconds. */
type Phases = ReadonlyMap<string, number>;

/** The moment before a copy at a site is relieved, and the phases of transfers that make it late. */
function worstMoment(world: World, backup: StoredBackup, site: string, relief: number) {
  const to = world.plan.sites[site];
  const phases = new Map(phasesBy(world.dataset, world.random));
  if (to?.kind !== "media")
    return { moment: relief + replication(world.plan, backup, site) - instant, phases };
  // The transfer leaves right before the point is complete; the next one brings it.
  const leaves = relief - instant;
  phases.set(site, leaves);
  return { moment: leaves + length(to.every) + length(to.transit) - instant, phases };
}

function phasesBy({ backups }: KeptDataset, random: Random): Phases {
  const sites = backups.flatMap((backup) => ("direct" in backup ? sitesOf(backup) : []));
  return new Map(sites.map((site) => [site, random.next() * 1e6]));
}

/** Seconds of data that no copy has which is left: the best of them counts. */
function lossAt(
  world: World,
  left: ReadonlySet<string>,
  disaster: Disaster,
  at: number,
  newest: Newest,
  phases: Phases,
): number {
  const { plan, dataset } = world;
  let least = Number.POSITIVE_INFINITY;
  const ageOf = (index: number, backup: StoredBackup, site: string) =>
    at - newest(index, arrivedBy(plan, backup, site, at, phases));
  for (const [index, backup] of dataset.backups.entries()) {
    if (backup.kind === "replica") {
      const follows = disaster !== "operator-error" && backup.to !== dataset.at && left.has(backup.to);
      if (follows) least = Math.min(least, backup.synchronous ? 0 : length(backup.lag));
      continue;
    }
    for (const site of sitesOf(backup)) {
      if (!left.has(site)) continue;
      if ("schedule" in backup && backup.schedule.kind !== "event") {
        if (!needsFull(dataset, backup, site)) least = Math.min(least, ageOf(index, backup, site));
      } else if (flows(world, backup, site, ageOf))
        least = Math.min(least, flow(plan, backup) + way(plan, backup, site));
    }
  }
  return least;
}

/** Whether something stored as it comes can be used at a site. */
function flows(
  { dataset, plan }: World,
  backup: StoredBackup,
  site: string,
  ageOf: (index: number, backup: StoredBackup, site: string) => number,
): boolean {
  if ("schedule" in backup) {
    const { schedule } = backup;
    if (schedule.kind !== "event") return false;
    const onlyThen =
      amount(dataset.changes) === 0 ||
      (dataset.kind === "configuration" && ["deployment", "upgrade"].includes(schedule.on)) ||
      (dataset.kind === "pki" && schedule.on === "issuance");
    return schedule.on === "change" || onlyThen;
  }
  const speed = amount(plan.sites[dataset.at]?.upload ?? "1B");
  if (amount(dataset.changes) * backup.direct.length > speed * 86_400) return false;
  if (backup.kind !== "wal" && backup.kind !== "binlog") return true;
  const managed = dataset.kind === "postgres" && ["rds", "aurora"].includes(dataset.runs);
  return dataset.backups.some((base, index) => {
    if (!("schedule" in base) || !sitesOf(base).includes(site)) return false;
    const fits =
      backup.kind === "binlog"
        ? base.kind === "logical" || base.kind === "snapshot"
        : base.kind === "physical" || (managed && base.kind === "snapshot");
    return fits && !needsFull(dataset, base, site) && base.schedule.kind !== "event"
      ? ageOf(index, base, site) <= length(backup.keep)
      : false;
  });
}

/** A part of a chain whose beginning is not at the site is no use. */
function needsFull(dataset: KeptDataset, backup: StoredBackup, site: string): boolean {
  if (backup.kind !== "physical" || backup.type === "full") return false;
  return !dataset.backups.some(
    (other) => other.kind === "physical" && other.type === "full" && sitesOf(other).includes(site),
  );
}

const flow = (_plan: Plan, backup: StoredBackup): number => {
  if ("within" in backup) return length(backup.within);
  return backup.schedule.kind === "event" ? length(backup.schedule.within) : 0;
};

const sitesOf = ({ direct, replicated }: StoredBackup): string[] => [...direct, ...replicated];

/** Until when a point had to be complete at the job to be complete at a site at a moment. */
function arrivedBy(plan: Plan, backup: StoredBackup, site: string, at: number, phases: Phases): number {
  const to = plan.sites[site];
  if (to?.kind !== "media") return at - replication(plan, backup, site);
  const every = length(to.every);
  const phase = phases.get(site) ?? 0;
  return phase + Math.floor((at - length(to.transit) - phase) / every) * every;
}

function newestOf(made: readonly Made[], until: number): number {
  let newest = Number.NEGATIVE_INFINITY;
  for (const { content, done } of made) if (done <= until) newest = Math.max(newest, content);
  return newest;
}

/** How long something stored as it comes is on its way beyond its direct copies. */
function way(plan: Plan, backup: StoredBackup, site: string): number {
  const to = plan.sites[site];
  return to?.kind === "media" ? length(to.every) + length(to.transit) : replication(plan, backup, site);
}

function replication(plan: Plan, { direct, replicated }: StoredBackup, site: string): number {
  if (!replicated.includes(site)) return 0;
  const atAws = (name: string | undefined) => {
    const found = name === undefined ? undefined : plan.sites[name];
    return found?.kind === "aws-region" || (found?.kind === "object-store" && found.provider === "aws");
  };
  return atAws(direct[0]) && atAws(site) ? s3 : others;
}

/** The worst starts of a schedule in two years, some around changes of clocks, some by chance. */
function attacksOn({ first, random, lived }: World, model: Model): History[] {
  const { due } = model;
  const start = first.getTime() / 1_000;
  const low = Math.max(6, lastDue(due, start) + 1);
  const high = Math.min(due.length - 40, lastDue(due, start + simulatedDays * 86_400));
  if (high <= low) return [];
  const changes = clockChanges(model.timeZone, first);
  const near = changes.flatMap(({ at }) => {
    const last = lastDue(due, at);
    return [last - 2, last - 1, last];
  });
  const candidates = [...widest(model, low, high), ...near, random.whole(low, high)].filter(
    (index) => index >= low && index <= high,
  );
  const attacks = candidates.flatMap((index) =>
    [true, false].map((stays) => ({ index, history: attack(model, index, stays) })),
  );
  for (const { index, history } of attacks)
    for (const { at, kind } of changes) if ((due[index] ?? 0) <= at && at <= history.relief) lived.add(kind);
  const wait = ({ made, relief }: History) =>
    relief - made.reduce((most, { content, done }) => (done < relief ? Math.max(most, content) : most), 0);
  return (
    attacks
      .map(({ history }) => history)
      // What runs beyond the days that are known is not looked at.
      .filter(({ relief }) => relief < start + (simulatedDays + margin / 2) * 86_400)
      .sort((a, b) => wait(b) - wait(a))
      .slice(0, 3)
  );
}

const remembered = new WeakMap<Float64Array, Map<string, number[]>>();

/** Starts after which the next ones are furthest apart, by one and by two. */
function widest(model: Model, low: number, high: number): number[] {
  const { due } = model;
  const key = `${low} ${high} ${model.job.concurrency === "Replace" ? model.late + model.deadline + model.upload : ""}`;
  const lists = remembered.get(due) ?? new Map<string, number[]>();
  remembered.set(due, lists);
  const known = lists.get(key);
  if (known) return known;
  const found: number[] = [];
  for (const step of [1, 2]) {
    let [most, where] = [0, low];
    for (let index = low; index <= high; index++) {
      if (model.job.concurrency === "Replace" && !hasRoom(model, index)) continue;
      const apart = (due[index + step] ?? 0) - (due[index] ?? 0);
      if (apart > most) [most, where] = [apart, index];
    }
    found.push(where - 1, where, where + 1 - step);
  }
  lists.set(key, found);
  return found;
}
