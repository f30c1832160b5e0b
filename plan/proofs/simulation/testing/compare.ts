import { type Backup, type Disaster, disasters, type KeptDataset } from "../../../schema/index.js";
import { rpoBound } from "../../rpo/index.js";
import { generated } from "./generate.js";
import { observe } from "./observe.js";
import { seeded } from "./random.js";

/** A dataset that lost more than its bound. */
export interface Exceeded {
  readonly seed: number;
  readonly dataset: string;
  readonly disaster: Disaster;
  readonly lost: number;
  readonly bound: number;
}

/** The arithmetic with something left out of it. */
export interface Mutant {
  /** What is left out. */
  readonly without: string;
  readonly bound: typeof rpoBound;
}

/** How long it took until a mutant's bound was exceeded. */
export interface Caught {
  readonly without: string;
  /** Which plan it was, the first being 1; undefined where no plan was. */
  readonly by?: number;
}

/** What a comparison of many plans came to. */
export interface Comparison {
  readonly plans: number;
  readonly datasets: number;
  readonly moments: number;
  readonly exceeded: readonly Exceeded[];
  /** Plans in which each thing occurs. */
  readonly occurs: ReadonlyMap<string, number>;
  /** For each disaster: datasets with a bound, and those that came within a tenth of it. */
  readonly close: ReadonlyMap<Disaster, { readonly bounded: number; readonly near: number }>;
  /** For each mutant of the arithmetic: the first plan of which more was lost than its bound, if there was one. */
  readonly caught: readonly Caught[];
  /** Datasets of which nothing is left where a bound that takes every copy as kept for ever is finite. */
  readonly gone: number;
  /** The same where only full backups are taken so: something else hangs on them. */
  readonly orphaned: number;
}

const first = new Date("2026-01-01T00:00:00Z");
const near = 0.9;
/** What floating-point sums are apart. */
const rounding = 0.01;

/** Generates plans by seed, lets everything that their bounds cover happen, and compares; with mutants' bounds too. */
export function compare(seeds: Iterable<number>, mutants: readonly Mutant[] = []): Comparison {
  const occurs = new Map<string, number>();
  const close = new Map(disasters.map((disaster) => [disaster, { bounded: 0, near: 0 }]));
  const caught = new Map<Mutant, number>();
  const exceeded: Exceeded[] = [];
  let [plans, datasets, moments, gone, orphaned] = [0, 0, 0, 0, 0];
  for (const seed of seeds) {
    const random = seeded(seed);
    const plan = generated(random);
    plans++;
    const here = new Set<string>();
    for (const [name, dataset] of Object.entries(plan.datasets)) {
      if (dataset.kind === "rebuildable") continue;
      datasets++;
      const { seen, lived } = observe(plan, dataset, disasters, first, random);
      for (const what of [...features(dataset), ...lived.changes]) here.add(what);
      for (const [disaster, { lost, moments: looked }] of seen) {
        moments += looked;
        const bound = rpoBound(plan, dataset, disaster, first);
        const more = (kept: KeptDataset) => lost > rpoBound(plan, kept, disaster, first).seconds + rounding;
        if (more(keptForEver(dataset, () => true))) gone++;
        if (more(keptForEver(dataset, (backup) => "type" in backup && backup.type === "full"))) orphaned++;
        if (!Number.isFinite(bound.seconds)) continue;
        if (lost > bound.seconds + rounding)
          exceeded.push({ seed, dataset: name, disaster, lost, bound: bound.seconds });
        const counted = close.get(disaster);
        // Where nothing can be lost, nothing comes near.
        if (counted && bound.seconds > 0) {
          counted.bounded++;
          if (lost >= near * bound.seconds) counted.near++;
        }
        for (const mutant of mutants)
          if (!caught.has(mutant) && lost > mutant.bound(plan, dataset, disaster, first).seconds + rounding)
            caught.set(mutant, plans);
      }
    }
    for (const what of here) occurs.set(what, (occurs.get(what) ?? 0) + 1);
  }
  const found = mutants.map((mutant): Caught => {
    const by = caught.get(mutant);
    return { without: mutant.without, ...(by === undefined ? {} : { by }) };
  });
  return { plans, datasets, moments, exceeded, occurs, close, caught: found, gone, orphaned };
}

/** The dataset as if some of its backups were never taken away. */
const keptForEver = (dataset: KeptDataset, which: (backup: Backup) => boolean): KeptDataset =>
  ({
    ...dataset,
    backups: dataset.backups.map((backup) =>
      "keep" in backup && which(backup) ? { ...backup, keep: "1000y" } : backup,
    ),
  }) as KeptDataset;

function features(dataset: KeptDataset): string[] {
  const kind = dataset.kind === "mysql" ? dataset.flavour : dataset.kind;
  return [
    `data: ${kind}`,
    ...dataset.backups.flatMap((backup) => [
      `backup: ${backup.kind}`,
      ...("schedule" in backup && backup.schedule.kind === "cron"
        ? [`runner: ${backup.schedule.runner}`, `concurrency: ${backup.schedule.concurrency}`]
        : []),
      ...("schedule" in backup ? [`schedule: ${backup.schedule.kind}`] : []),
    ]),
  ];
}
