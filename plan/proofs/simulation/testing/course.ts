import type { KeptDataset, Plan, StoredBackup } from "../../../schema/index.js";
import { wander } from "./adversary.js";
import type { Changing } from "./changing.js";
import type { Made } from "./engine.js";
import { type Batch, batches, type Feed } from "./feeds.js";
import type { Model } from "./models.js";
import { seeded } from "./random.js";
import { type Phases, sitesOf, type Way, wayTo } from "./ways.js";

/** A dataset with all that runs for it. */
export interface World {
  readonly plan: Plan;
  readonly dataset: KeptDataset;
  readonly models: readonly Model[];
  readonly feeds: readonly Feed[];
  /** Before this nothing is there, seconds. */
  readonly begun: number;
}

/** What an adversary or chance decided about a course of events. */
export interface Choice {
  /** When the disaster strikes. */
  readonly at: number;
  readonly seed: number;
  /** Whether whatever is on its way takes as long as it may. */
  readonly worst: boolean;
  readonly phases: Phases;
  readonly changing: Changing;
  /** Points of a job from some time before a moment on, where they are not left to chance. */
  readonly runs?: (
    index: number,
    since: number,
    byChance: (since: number, until?: number) => readonly Made[],
  ) => readonly Made[] | undefined;
}

/** One course of events up to a disaster: the same for every site and every disaster that one asks about. */
export class Course {
  private readonly told = new Map<number, { readonly since: number; readonly points: readonly Made[] }>();
  private readonly ways = new Map<string, Way>();
  private settledAt: number | undefined;

  constructor(
    readonly world: World,
    readonly choice: Choice,
  ) {}

  /** The way of a backup to one of its sites. */
  way(index: number, backup: StoredBackup, site: string): Way {
    const key = `${index} ${site}`;
    const known =
      this.ways.get(key) ??
      wayTo(this.world.plan, backup, site, { ...this.choice, seed: this.choice.seed + index });
    this.ways.set(key, known);
    return known;
  }

  /** What a backup stored as it came, from some time before a moment until the disaster. */
  *fed(index: number, since: number): Generator<Batch> {
    const { changing, at } = this.choice;
    const feed = this.world.feeds.find((one) => one.index === index);
    if (!feed) return;
    for (const batch of batches(feed, changing, since, this.choice, this.world.begun)) {
      if (batch.opened > at) return;
      yield batch;
    }
  }

  /** Points of a backup that were complete at the disaster, all since a moment and some from before. */
  points(index: number, since: number): readonly Made[] {
    const known = this.told.get(index);
    if (known && known.since <= since) return known.points;
    const points = this.made(index, since);
    this.told.set(index, { since, points });
    return points;
  }

  /** All that was complete by then is at every site when the disaster strikes. */
  get settled(): number {
    this.settledAt ??= this.world.dataset.backups
      .flatMap((backup, index) =>
        "direct" in backup ? sitesOf(backup).map((site) => this.way(index, backup, site)) : [],
      )
      .reduce((least, way) => Math.min(least, way.settled(this.choice.at)), this.choice.at);
    return this.settledAt;
  }

  private made(index: number, since: number): readonly Made[] {
    const { at, seed, runs } = this.choice;
    const model = this.world.models.find((one) => one.index === index);
    if (!model) return [...this.fed(index, since)].filter(({ done }) => done <= at);
    const byChance = (from: number, until = at) => wander(model, until, seeded(seed + index), from);
    return runs?.(index, since, byChance) ?? byChance(since);
  }
}
