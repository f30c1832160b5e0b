import type { Disaster, KeptDataset, Plan, StoredBackup } from "../../../schema/index.js";
import { type History, wander } from "./adversary.js";
import { flow, flows, type Phases, replication, sitesOf, way } from "./arrival.js";
import { attacksOn } from "./attacks.js";
import { ageOf, type Told } from "./chains.js";
import { leftAfter } from "./disasters.js";
import type { Made } from "./engine.js";
import { type Model, modelsOf } from "./models.js";
import type { Random } from "./random.js";
import { type ClockChange, simulatedDays } from "./starts.js";
import { length } from "./units.js";

const instant = 0.002;

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
  for (const model of models) world.attacks.set(model.index, attacksOn(model, first, random, lived));
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
  const look = (at: number, told: Told, phases: Phases) => {
    if (!Number.isFinite(at)) return;
    moments++;
    lost = Math.max(lost, lossAt(world, left, disaster, at, told, phases));
  };
  const byChance: Told = (index, until, since) => {
    const model = models.find((one) => one.index === index);
    return model ? wander(model, until, random, since) : [];
  };
  for (const target of models)
    for (const site of sitesOf(target.backup)) {
      if (!left.has(site)) continue;
      for (const attacked of world.attacks.get(target.index) ?? []) {
        const { moment, phases } = worstMoment(world, target.backup, site, attacked.relief);
        look(
          moment,
          (index, until, since) =>
            index === target.index
              ? around(attacked, until, since, (to, from) => byChance(index, to, from))
              : byChance(index, until, since),
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

/** An attacked stretch of a history, with what happens by chance before and after it where that is looked at. */
function around(
  { from, until: ends, made }: History,
  until: number,
  since: number,
  byChance: (until: number, since: number) => readonly Made[],
): readonly Made[] {
  if (until < from) return byChance(until, since);
  const [first, last] = [made[0]?.content ?? from, made.at(-1)?.content ?? from];
  const before = since < from ? byChance(first, since).filter(({ content }) => content < first) : [];
  const after = until > ends ? byChance(until, ends).filter(({ content }) => content > last) : [];
  return [...before, ...made, ...after];
}

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
  told: Told,
  phases: Phases,
): number {
  const { plan, dataset, random } = world;
  let least = Number.POSITIVE_INFINITY;
  const age = (index: number, backup: StoredBackup, site: string) =>
    ageOf({ plan, dataset, at, told, phases, random }, index, backup, site);
  for (const [index, backup] of dataset.backups.entries()) {
    if (backup.kind === "replica") {
      const follows = disaster !== "operator-error" && backup.to !== dataset.at && left.has(backup.to);
      if (follows) least = Math.min(least, backup.synchronous ? 0 : length(backup.lag));
      continue;
    }
    for (const site of sitesOf(backup)) {
      if (!left.has(site)) continue;
      if ("schedule" in backup && backup.schedule.kind !== "event")
        least = Math.min(least, age(index, backup, site));
      else if (flows(plan, dataset, backup, site, age))
        least = Math.min(least, flow(backup) + way(plan, backup, site));
    }
  }
  return least;
}
