import { type Disaster, disasters, type KeptDataset } from "../../../schema/index.js";
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

/** How near losses came to bounds. */
export interface Closeness {
  /** Bounds above nothing. */
  readonly bounded: number;
  /** Those of which nine tenths or more were lost. */
  readonly near: number;
}

/** What a comparison of many plans came to. */
export interface Comparison {
  readonly plans: number;
  readonly datasets: number;
  readonly moments: number;
  readonly exceeded: readonly Exceeded[];
  /** Plans in which each thing occurs. */
  readonly occurs: ReadonlyMap<string, number>;
  /** For each disaster, and for each kind of copy that is the best: bounds, and those that losses came near. */
  readonly close: ReadonlyMap<string, Closeness>;
  /** For each mutant of the arithmetic: the first plan of which more was lost than its bound, if there was one. */
  readonly caught: readonly Caught[];
}

const first = new Date("2026-01-01T00:00:00Z");
const near = 0.9;
/** What floating-point sums are apart. */
const rounding = 0.01;

/** Generates plans by seed, lets everything that their bounds cover happen, and compares; with mutants' bounds too. */
export function compare(seeds: Iterable<number>, mutants: readonly Mutant[] = []): Comparison {
  const occurs = new Map<string, number>();
  const close = new Map<string, Closeness>();
  const caught = new Map<Mutant, number>();
  const exceeded: Exceeded[] = [];
  let [plans, datasets, moments] = [0, 0, 0];
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
        for (const mutant of mutants)
          if (!caught.has(mutant) && lost > mutant.bound(plan, dataset, disaster, first).seconds + rounding)
            caught.set(mutant, plans);
        if (!Number.isFinite(bound.seconds)) continue;
        if (lost > bound.seconds + rounding)
          exceeded.push({ seed, dataset: name, disaster, lost, bound: bound.seconds });
        // Where nothing can be lost, nothing comes near.
        if (bound.seconds > 0)
          for (const what of [disaster, bestOf(dataset, bound)]) {
            const known = close.get(what) ?? { bounded: 0, near: 0 };
            const isNear = lost >= near * bound.seconds;
            close.set(what, { bounded: known.bounded + 1, near: known.near + (isNear ? 1 : 0) });
          }
      }
    }
    for (const what of here) occurs.set(what, (occurs.get(what) ?? 0) + 1);
  }
  const found = mutants.map((mutant): Caught => {
    const by = caught.get(mutant);
    return { without: mutant.without, ...(by === undefined ? {} : { by }) };
  });
  return { plans, datasets, moments, exceeded, occurs, close, caught: found };
}

/** Which copy bounds a loss, and how that comes about. */
function bestOf({ backups }: KeptDataset, { best }: ReturnType<typeof rpoBound>): string {
  const backup = backups[best?.index ?? -1];
  const made =
    backup && "schedule" in backup ? (backup.schedule.kind === "event" ? "event" : "point") : best?.kind;
  return `best copy: ${made}`;
}

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
