import type { Disaster, KeptDataset, Plan } from "../../../schema/index.js";
import { attacksOn } from "./attacks.js";
import { changingBy } from "./changing.js";
import { atRelief, bySomeChance, onFeed, type Stage } from "./choices.js";
import { type Choice, Course, type World } from "./course.js";
import { leftAfter } from "./disasters.js";
import { feedsOf } from "./feeds.js";
import { heldAt } from "./held.js";
import { modelsOf } from "./models.js";
import type { Random } from "./random.js";
import { type ClockChange, margin, simulatedDays } from "./starts.js";
import { sitesOf } from "./ways.js";

const day = 86_400;
/** Looks at a dataset at moments that nobody chose. */
const looksByChance = 6;
/** Looks at each site of what is stored as it comes. */
const looksAtFeed = 2;

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

/** Lets every disaster happen at the worst moments that can be found and at some others, in two years. */
export function observe(
  plan: Plan,
  dataset: KeptDataset,
  disasters: readonly Disaster[],
  first: Date,
  random: Random,
): { readonly seen: ReadonlyMap<Disaster, Observation>; readonly lived: Lived } {
  const start = first.getTime() / 1_000;
  const models = modelsOf(plan, dataset, first);
  const feeds = feedsOf(plan, dataset);
  const world: World = { plan, dataset, models, feeds, begun: start - margin * day };
  const stage: Stage = {
    world,
    random,
    changing: changingBy(dataset, first, random),
    ...spanOf(world, start),
  };
  const changes = new Set<ClockChange["kind"]>();
  const choices: Choice[] = [];
  for (const model of models) {
    const attacks = attacksOn(model, first, random, changes);
    for (const site of sitesOf(model.backup))
      for (const attack of attacks) choices.push(atRelief(stage, model, site, attack));
  }
  for (const feed of feeds) {
    const backup = dataset.backups[feed.index];
    const sites = backup && "direct" in backup ? sitesOf(backup) : [undefined];
    for (const site of sites)
      for (let look = 0; look < looksAtFeed; look++) choices.push(onFeed(stage, feed, site));
  }
  for (let look = 0; look < looksByChance; look++) choices.push(bySomeChance(stage));

  const looked = choices.filter(({ at }) => Number.isFinite(at));
  const left = disasters.map((disaster) => ({
    disaster,
    sites: leftAfter(plan, dataset, disaster),
    lost: 0,
  }));
  for (const choice of looked) {
    const held = heldAt(new Course(world, choice));
    for (const one of left) {
      const follows = one.disaster !== "operator-error";
      const lacks = held.reduce(
        (best, { site, replica, lacks }) =>
          one.sites.has(site) && (!replica || (follows && site !== dataset.at))
            ? Math.max(best, lacks)
            : best,
        Number.NEGATIVE_INFINITY,
      );
      one.lost = Math.max(one.lost, choice.at - lacks);
    }
  }
  return {
    seen: new Map(left.map(({ disaster, lost }) => [disaster, { lost, moments: looked.length }])),
    lived: { changes },
  };
}

/** Between which moments everything has been running for a while, and is known. */
function spanOf({ models }: World, start: number): Pick<Stage, "from" | "until"> {
  const until = Math.min(start + simulatedDays * day, ...models.map(({ due }) => due.at(-1) ?? 0));
  const from = Math.max(start, ...models.map(({ due }) => due[Math.min(20, due.length - 1)] ?? 0));
  return from < until ? { from, until } : { from: start, until: start };
}
