import { type CloudSite, cloudSiteOf, type Plan, siteOf } from "../../plan/index.js";
import { VaultError } from "../errors.js";
import type { KeyProvider } from "../keys/provider.js";

/** How a plan's copies and keys are reached from here. */
export interface Access {
  /**
   * Where a site's copies are, by site, where that is not where the plan says: a folder (a medium, a mount), or the
   * address of an S3 server (a mirror, a tunnel). @default as the plan says
   */
  readonly places?: Readonly<Record<string, string>>;
  /** Stores as they were at a moment, by their own history; nothing is written then. @default as they are */
  readonly asOf?: Date;
  /** Keys at hand beside the cloud's key service: identities of holders or of restores. @default none */
  readonly identities?: readonly KeyProvider[];
}

/** A place was named for a site that the plan does not have, or is none: exit code 2. */
export class BadPlace extends VaultError {
  override readonly exitCode = 2;
}

/**
 * Places as options give them: `office=/mnt/disk`, `office=https://127.0.0.1:9000`.
 *
 * @throws BadPlace that says which is none, or names a site that the plan does not have
 */
export function placesGiven(plan: Plan, given: readonly string[]): Readonly<Record<string, string>> {
  const places: Record<string, string> = {};
  for (const text of given) {
    const [, site, place] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (site === undefined || place === undefined)
      throw new BadPlace(`--store takes <site>=<folder or address>, got "${text}"`);
    if (isAddress(place) && !URL.canParse(place))
      throw new BadPlace(`--store ${site} takes an address such as https://127.0.0.1:9000, got "${place}"`);
    if (!Object.hasOwn(plan.sites, site))
      throw new BadPlace(
        `--store names site "${site}", which plan "${plan.name}" does not have; it has ${Object.keys(plan.sites).join(", ")}`,
      );
    if (Object.hasOwn(places, site)) throw new BadPlace(`--store names site "${site}" twice`);
    places[site] = place;
  }
  return places;
}

/** Whether a place is the address of a server and not a folder. */
export const isAddress = (place: string): boolean => /^https?:\/\//.test(place);

/** The site as a cloud's; undefined for own hardware, servers and media. */
export function cloudOf(plan: Plan, site: string): CloudSite | undefined {
  const { kind } = siteOf(plan, site);
  return kind === "aws-region" || kind === "object-store" ? cloudSiteOf(plan, site) : undefined;
}
