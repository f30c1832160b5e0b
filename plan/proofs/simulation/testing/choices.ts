import type { History } from "./adversary.js";
import { type ChangingBy, rests } from "./changing.js";
import type { Choice, World } from "./course.js";
import type { Made } from "./engine.js";
import { batches, type Feed } from "./feeds.js";
import type { Model } from "./models.js";
import type { Random } from "./random.js";
import { margin } from "./starts.js";
import { type Phases, sitesOf, wayTo } from "./ways.js";

const day = 86_400;
/** How long before something, and after something else, it is still before and already after. */
const instant = 0.002;

/** What an adversary has to choose from. */
export interface Stage {
  readonly world: World;
  readonly random: Random;
  readonly changing: ChangingBy;
  /** Between these moments everything is running, seconds. */
  readonly from: number;
  readonly until: number;
}

/** The moment before a job's point relieves a site that has waited long, with something written after each point. */
export function atRelief(stage: Stage, model: Model, site: string, attacked: History): Choice {
  const { world, changing } = stage;
  const chosen = rests(world.dataset) ? attacked.made.map(({ content }) => content + instant) : [];
  return {
    ...before(stage, model.index, site, attacked.relief),
    changing: changing.with(chosen),
    runs: (index, since, byChance) => (index === model.index ? around(attacked, since, byChance) : undefined),
  };
}

/** The moment before a batch arrives that was opened right after another was closed. */
export function onFeed(stage: Stage, feed: Feed, site: string | undefined): Choice {
  const { world, random, changing } = stage;
  const seed = random.whole(0, 1e9);
  const { chosen, opened } = opening(stage, feed, seed);
  const happening = changing.with(chosen);
  for (const batch of batches(feed, happening, opened, { seed, worst: true }, world.begun)) {
    if (batch.opened < opened) continue;
    const choice = { ...before(stage, feed.index, site, batch.done), seed, changing: happening };
    // What piles up may not arrive in the years that are looked at.
    return choice.at < stage.until + (margin / 2) * day ? choice : { ...choice, at: stage.until };
  }
  return { ...bySomeChance(stage), worst: true };
}

/** When a batch opens that waits for as long as may be, and what has to happen for it. */
function opening({ world, random, changing, from, until }: Stage, feed: Feed, seed: number) {
  const at = from + random.next() * (until - from);
  if (rests(world.dataset)) return { chosen: [at], opened: at };
  if (feed.by === "events") {
    // Nothing makes the next one come earlier: the longest time without an event.
    const waits = changing.events.map((event, index) => {
      const next = changing.events[index + 1] ?? Number.NEGATIVE_INFINITY;
      return { opened: next, waited: from <= event && next <= until ? next - event : 0 };
    });
    return { chosen: [], opened: waits.reduce((a, b) => (b.waited > a.waited ? b : a)).opened };
  }
  for (const { content } of batches(feed, changing.with([]), at, { seed, worst: true }, world.begun))
    if (content >= at) return { chosen: [content + instant], opened: content + instant };
  return { chosen: [], opened: at };
}

/** Any moment, with whatever chance makes of everything. */
export function bySomeChance({ world, random, changing, from, until }: Stage): Choice {
  const at = from + random.next() * (until - from);
  const phases = phasesBy(world, random);
  return { at, seed: random.whole(0, 1e9), worst: false, phases, changing: changing.with([]) };
}

/** The moment before something that is complete at its job has arrived at a site, as late as may be. */
function before(
  { world, random, changing }: Stage,
  index: number,
  site: string | undefined,
  done: number,
): Choice {
  const { plan, dataset } = world;
  const phases = new Map(phasesBy(world, random));
  // A transfer leaves right before it is complete; the next one brings it.
  if (site !== undefined) phases.set(site, done - instant);
  const common = { seed: random.whole(0, 1e9), worst: true, phases };
  const backup = dataset.backups[index];
  const there =
    site !== undefined && backup && "direct" in backup
      ? wayTo(plan, backup, site, common).arrives(done)
      : done;
  return { ...common, at: there - instant, changing: changing.with([]) };
}

function phasesBy({ dataset }: World, random: Random): Phases {
  const sites = dataset.backups.flatMap((backup) => ("direct" in backup ? sitesOf(backup) : []));
  return new Map(sites.map((site) => [site, random.next() * 1e6]));
}

/** An attacked stretch of a history, with what happens by chance before and after it where that is looked at. */
function around(
  { from, until, made }: History,
  since: number,
  byChance: (from: number, until?: number) => readonly Made[],
): readonly Made[] {
  const [first, last] = [made[0]?.content ?? from, made.at(-1)?.content ?? from];
  const earlier = since < from ? byChance(since, first).filter(({ content }) => content < first) : [];
  const later = byChance(until).filter(({ content }) => content > last);
  return [...earlier, ...made, ...later];
}
