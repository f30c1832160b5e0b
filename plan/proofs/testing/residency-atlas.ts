import type { PlanInput, Site } from "../../schema/index.js";

/**
 * Where places are, written down once more: what proofs read must not be what they are judged by. The names are those
 * that plans are generated with, and those that fixes add; of any other nobody knows where it is.
 */

/** A place that several names can mean, and its country; some providers promise no country, but a union. */
interface Place {
  readonly place: string;
  readonly law?: string;
}

const places: Readonly<Record<string, Place>> = {
  "aws us-east-1": { place: "virginia", law: "us" },
  "aws us-east-2": { place: "ohio", law: "us" },
  "aws us-west-2": { place: "oregon", law: "us" },
  "aws ca-central-1": { place: "montreal", law: "ca" },
  "aws ca-west-1": { place: "calgary", law: "ca" },
  "aws eu-central-1": { place: "aws frankfurt", law: "de" },
  "aws eu-west-1": { place: "dublin", law: "ie" },
  "aws eu-west-2": { place: "london", law: "gb" },
  "aws eu-west-3": { place: "paris", law: "fr" },
  "aws eu-north-1": { place: "stockholm", law: "se" },
  "aws ap-northeast-1": { place: "tokyo", law: "jp" },
  "aws ap-northeast-3": { place: "osaka", law: "jp" },
  "aws ap-south-2": { place: "hyderabad", law: "in" },
  "aws ap-southeast-2": { place: "sydney", law: "au" },
  "aws ap-southeast-4": { place: "melbourne", law: "au" },
  "cloudflare eu": { place: "cloudflare eu", law: "eu" },
  "cloudflare weur": { place: "cloudflare weur" },
  "digitalocean fra1": { place: "digitalocean frankfurt", law: "de" },
  "digitalocean nyc3": { place: "new york", law: "us" },
  "hetzner fsn1": { place: "falkenstein", law: "de" },
  "hetzner FSN1-DC14": { place: "falkenstein", law: "de" },
  "hetzner nbg1": { place: "nuremberg", law: "de" },
  "hetzner hel1": { place: "helsinki", law: "fi" },
  "hetzner ash": { place: "ashburn", law: "us" },
  "linode us-ord": { place: "chicago", law: "us" },
  "linode us-ord-1": { place: "chicago", law: "us" },
  "linode nl-ams-1": { place: "amsterdam", law: "nl" },
  "linode new-place-1": { place: "linode's new place" },
  "vultr nrt": { place: "vultr tokyo", law: "jp" },
  "vultr ewr": { place: "new jersey", law: "us" },
  "vultr fra": { place: "vultr frankfurt", law: "de" },
  "acme fsn1": { place: "acme's hall" },
};

/** What lies in a jurisdiction that is a union of others: countries that plans name, and what stands for the rest. */
const european = ["de", "fi", "fr", "ie", "nl", "se", "the other countries of the eu"];
const unions: Readonly<Record<string, readonly string[]>> = {
  eu: european,
  eea: [...european, "iceland, liechtenstein and norway"],
};
const countries = (law: string): readonly string[] => unions[law] ?? [law];

/** Whether all of a jurisdiction lies in those that are allowed. */
export const liesIn = (law: string, allowed: readonly string[]): boolean =>
  countries(law).every((country) => allowed.some((each) => countries(each).includes(country)));

/** Where a site is. */
export interface Whereabouts {
  /** The same for what burns down together. */
  readonly place: string;
  /** What an atlas says of the place, whatever the plan states. */
  readonly known?: string;
  /** Whose law applies; undefined where neither atlas nor plan says. */
  readonly law?: string;
  /** What the plan calls the jurisdiction. */
  readonly called?: string;
  /** Whether programs run there. */
  readonly runs: boolean;
}

/** A site, checked or as it is written. */
export type Sited = Site | PlanInput["sites"][string];

/** Looks a site up. */
export function whereabouts(site: Sited): Whereabouts {
  const runs = site.kind === "aws-region" || site.kind === "vps" || site.kind === "premises";
  const found = placeOf(site);
  const [known, stated] = [found.law, site.jurisdiction];
  return {
    ...{ place: found.place, runs },
    ...(known === undefined ? {} : { known }),
    ...(known === undefined && stated === undefined ? {} : { law: known ?? stated ?? "" }),
    ...(known === undefined && stated === undefined ? {} : { called: stated ?? known ?? "" }),
  };
}

function placeOf(site: Sited): Place {
  if (site.kind === "premises" || site.kind === "media") return { place: `room ${site.location}` };
  if (site.kind === "object-store" && site.provider === "minio")
    return site.hostedBy === undefined ? { place: `room ${site.region}` } : named(site.hostedBy, site.region);
  return named(site.kind === "aws-region" ? "aws" : site.provider, site.region);
}

function named(whose: string, region: string): Place {
  const found = places[`${whose} ${region}`];
  if (!found) throw new Error(`no map has "${region}" of ${whose}`);
  return found;
}
