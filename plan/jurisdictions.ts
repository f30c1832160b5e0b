import { placeOf } from "./places.js";
import type { Plan } from "./schema/index.js";

/** Whose law applies where, as far as a provider's own names of places say. */

/** Countries of a provider's regions. A place that is not listed has no known jurisdiction: the site states it. */
const regions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws: {
    // https://docs.aws.amazon.com/zh_tw/solutions/latest/automated-security-response-on-aws/supported-aws-regions.html
    // names most regions' places (read 2026-11-28). Source: secondary for ca-west-1, mx-central-1, il-central-1,
    // ap-southeast-5 and -7, https://github.com/openshift/openshift-docs/pull/100183.diff (read 2026-11-21).
    ...{ "us-east-1": "us", "us-east-2": "us", "us-west-1": "us", "us-west-2": "us" },
    ...{ "us-gov-east-1": "us", "us-gov-west-1": "us" },
    ...{ "ca-central-1": "ca", "ca-west-1": "ca", "mx-central-1": "mx", "sa-east-1": "br" },
    ...{
      "eu-central-1": "de",
      "eu-central-2": "ch",
      "eu-north-1": "se",
      "eu-south-1": "it",
      "eu-south-2": "es",
    },
    ...{ "eu-west-1": "ie", "eu-west-2": "gb", "eu-west-3": "fr" },
    ...{ "il-central-1": "il", "me-central-1": "ae", "me-south-1": "bh", "af-south-1": "za" },
    ...{ "ap-east-1": "hk", "ap-south-1": "in", "ap-south-2": "in" },
    ...{ "ap-northeast-1": "jp", "ap-northeast-2": "kr", "ap-northeast-3": "jp" },
    ...{ "ap-southeast-1": "sg", "ap-southeast-2": "au", "ap-southeast-3": "id", "ap-southeast-4": "au" },
    ...{ "ap-southeast-5": "my", "ap-southeast-7": "th", "cn-north-1": "cn", "cn-northwest-1": "cn" },
  },
  // https://docs.hetzner.com/cloud/networks/faq, table of network zones (2024-12-11, read 2026-11-21).
  hetzner: { fsn1: "de", nbg1: "de", hel1: "fi", ash: "us", hil: "us", sin: "sg" },
  // https://docs.digitalocean.com/platform/regional-availability/ (read 2026-11-21 by its index only). Source: secondary
  // for the slugs with their places, https://gist.github.com/coolaj86/dfa7505c6f0334450ce5fee6aa2d797f (2021-11-17), an
  // answer of its API.
  digitalocean: {
    ...{ nyc1: "us", nyc2: "us", nyc3: "us", sfo1: "us", sfo2: "us", sfo3: "us" },
    ...{ ams2: "nl", ams3: "nl", fra1: "de", lon1: "gb", tor1: "ca", blr1: "in", sgp1: "sg" },
  },
  // https://techdocs.akamai.com/cloud-computing/docs/object-storage-product-limits, table of regions with their
  // countries (read 2026-11-28). Source: secondary for ca-central, br-gru, ap-west and ap-southeast,
  // https://github.com/linode/linodego/pull/353.diff and https://github.com/iterate-ch/profiles/issues/70 (2026-11-21).
  linode: {
    ...{ "us-east": "us", "us-southeast": "us", "us-ord": "us", "us-lax": "us", "us-mia": "us" },
    ...{ "us-sea": "us", "us-iad": "us", "ca-central": "ca", "br-gru": "br" },
    ...{ "nl-ams": "nl", "fr-par": "fr", "it-mil": "it", "se-sto": "se", "eu-central": "de" },
    ...{ "de-fra": "de", "es-mad": "es", "gb-lon": "gb", "in-bom": "in", "sg-sin": "sg" },
    ...{
      "in-maa": "in",
      "ap-west": "in",
      "id-cgk": "id",
      "jp-osa": "jp",
      "ap-south": "sg",
      "ap-southeast": "au",
    },
  },
  // Source: secondary, https://simplebackups.com/tools/cloud-providers-regions, read from Vultr's API (2026-05-30, read
  // 2026-11-21); its own documentation names the command that lists them, and not the list.
  vultr: {
    ...{ atl: "us", dfw: "us", ewr: "us", lax: "us", mia: "us", ord: "us", sea: "us", sjc: "us", was: "us" },
    ...{ ams: "nl", fra: "de", par: "fr", lhr: "gb", tor: "ca", hnd: "jp", nrt: "jp", sgp: "sg", syd: "au" },
  },
  // https://developers.cloudflare.com/r2/reference/data-location/ (2026-07-28): a jurisdiction is a guarantee, a location
  // hint ("weur", "enam") is not, so hints have none. "us" since
  // https://developers.cloudflare.com/changelog/post/2026-08-17-r2-us-jurisdiction/ (both read 2026-11-21).
  cloudflare: { eu: "eu", us: "us" },
};

/** `"eu"` as of https://european-union.europa.eu/principles-countries-history/eu-countries_en. */
const eu = "at be bg cy cz de dk ee es fi fr gr hr hu ie it lt lu lv mt nl pl pt ro se si sk".split(" ");
/** Members of unions; in `"eea"` are Iceland, Liechtenstein and Norway too, http://en.euabc.com/word/421 (read 2026-11-21). */
const unions: Readonly<Record<string, ReadonlySet<string>>> = {
  eu: new Set(eu),
  eea: new Set([...eu, "eu", "is", "li", "no"]),
};

/** What a site says about where it is; of a checked plan or of one that is still being checked. */
export interface Located {
  readonly kind?: string | undefined;
  readonly provider?: string | undefined;
  readonly hostedBy?: string | undefined;
  readonly region?: string | undefined;
  readonly jurisdiction?: string | undefined;
}

/**
 * Whose law applies at a site: implied by the provider's region, or stated. `undefined` when neither says.
 *
 * A store in Paris that states `"eu"` is in France all the same: what is said more closely counts, unless the statement
 * contradicts it, which no checked plan does.
 */
export function jurisdictionAt(site: Located): string | undefined {
  const { jurisdiction: stated } = site;
  const implied = impliedJurisdiction(site);
  const isCloser = implied !== undefined && (stated === undefined || liesWithin(implied, [stated]));
  return isCloser ? implied : stated;
}

/** The jurisdiction that data living at a site is said to belong to: as wide as it is stated, else {@link jurisdictionAt}. */
export const homeJurisdiction = (site: Located): string | undefined =>
  site.jurisdiction ?? jurisdictionAt(site);

/** Whose law applies where the provider's region is, whatever the site states. `undefined` when that is not known. */
export function impliedJurisdiction({ kind, provider, hostedBy, region }: Located): string | undefined {
  const whose = kind === "aws-region" ? "aws" : provider === "minio" ? hostedBy : provider;
  if (whose === undefined || region === undefined || !Object.hasOwn(regions, whose)) return undefined;
  const place = placeOf(whose, region);
  const table = regions[whose];
  return table && Object.hasOwn(table, place) ? table[place] : undefined;
}

/** Whose law applies at a site of a plan, as {@link jurisdictionAt}; `undefined` for a site that there is not. */
export function jurisdictionOf(plan: Pick<Plan, "sites">, site: string): string | undefined {
  const found = plan.sites[site];
  return found && jurisdictionAt(found);
}

/** Whether what lies in a jurisdiction lies in one of those allowed: `"de"` lies in `"eu"`, `"eu"` not in `"de"`. */
export function liesWithin(jurisdiction: string, allowed: readonly string[]): boolean {
  return allowed.some((each) => each === jurisdiction || unions[each]?.has(jurisdiction) === true);
}
