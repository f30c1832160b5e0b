import type { Plan, StoredBackup } from "../../../schema/index.js";
import { drawn } from "./random.js";
import { length } from "./units.js";

const s3 = 15 * 60;
const others = 86_400;

/** Where transfers to each medium stand, seconds. */
export type Phases = ReadonlyMap<string, number>;

/** How something that is complete where its job writes comes to be at a site. */
export interface Way {
  /** When it is there, having been complete at a moment. */
  arrives(done: number): number;
  /** All that was complete by then is there at a moment. */
  settled(at: number): number;
}

/** Sites that a backup is at in the end. */
export const sitesOf = ({ direct, replicated }: StoredBackup): string[] => [...direct, ...replicated];

const straight: Way = { arrives: (done) => done, settled: (at) => at };

/**
 * The way of a backup to one of its sites. Stores copy each object on after a while of its own, and media leave at
 * fixed times with what has become complete since the one before, and take a while of their own too.
 *
 * @param worst whether each of them takes as long as it may
 */
export function wayTo(
  plan: Plan,
  backup: StoredBackup,
  site: string,
  { phases, seed, worst }: { readonly phases: Phases; readonly seed: number; readonly worst: boolean },
): Way {
  const to = plan.sites[site];
  const place = Object.keys(plan.sites).indexOf(site);
  const share = (of: number) => (worst ? 1 : drawn(seed, place, of));
  if (to?.kind === "media") {
    const [every, transit] = [length(to.every), length(to.transit)];
    const phase = phases.get(site) ?? 0;
    const leaving = (at: number) => phase + Math.floor((at - phase) / every) * every;
    return {
      arrives: (done) => {
        const leaves = phase + Math.ceil((done - phase) / every) * every;
        return leaves + transit * share(leaves);
      },
      settled: (at) => leaving(at - transit),
    };
  }
  if (backup.direct.includes(site)) return straight;
  const longest = isAws(plan, backup.direct[0]) && isAws(plan, site) ? s3 : others;
  return {
    arrives: (done) => done + longest * share(done),
    settled: (at) => at - longest,
  };
}

function isAws({ sites }: Plan, name: string | undefined): boolean {
  const found = name === undefined ? undefined : sites[name];
  return found?.kind === "aws-region" || (found?.kind === "object-store" && found.provider === "aws");
}
