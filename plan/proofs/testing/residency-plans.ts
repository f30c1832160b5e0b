import fc from "fast-check";

import { media, objectStore, premises, vps } from "../../builders.js";
import type { PlanInput } from "../../schema/index.js";
import { liesIn, whereabouts } from "./residency-atlas.js";

/** Plans of every kind of site, copy, key, service and drill, as somebody could write them: before they are checked. */

const account = "111111111111";
const aws = (region: string) =>
  ({ kind: "aws-region", region, account, mode: "warm", role: "standby" }) as const;
const bucket = (
  provider: "aws" | "cloudflare" | "digitalocean" | "hetzner" | "linode" | "vultr",
  region: string,
) => objectStore({ provider, region, account });
const minio = (region: string, hostedBy?: string) =>
  objectStore({
    ...{ provider: "minio", region, account, endpoint: "https://objects.example.test" },
    ...(hostedBy === undefined ? {} : { hostedBy }),
  });
const server = (provider: "digitalocean" | "hetzner" | "linode" | "vultr", region: string) =>
  vps({ provider, region, account, mode: "warm", role: "standby" });

const servingSpots = [
  ...[aws("us-east-1"), aws("us-west-2"), aws("eu-central-1"), aws("eu-west-3"), aws("ap-southeast-2")],
  ...[server("hetzner", "fsn1"), server("hetzner", "ash"), server("digitalocean", "nyc3")],
  ...[server("linode", "us-ord"), server("vultr", "fra")],
  ...[
    premises({ location: "hall", mode: "warm", role: "standby" }),
    premises({ location: "vault", mode: "warm", role: "standby" }),
  ],
];
const storingSpots = [
  ...[bucket("aws", "us-east-1"), bucket("aws", "eu-central-1"), bucket("aws", "eu-west-1")],
  ...[bucket("cloudflare", "eu"), bucket("cloudflare", "weur")],
  ...[bucket("digitalocean", "fra1"), bucket("digitalocean", "nyc3")],
  ...[bucket("hetzner", "FSN1-DC14"), bucket("hetzner", "nbg1"), bucket("hetzner", "ash")],
  ...[bucket("linode", "us-ord-1"), bucket("linode", "nl-ams-1"), bucket("linode", "new-place-1")],
  ...[bucket("vultr", "ewr"), bucket("vultr", "fra")],
  ...[minio("hall"), minio("vault"), minio("fsn1", "hetzner"), minio("fsn1", "acme")],
  ...[
    media({ location: "hall", every: "7d", transit: "1d" }),
    media({ location: "shelf", every: "7d", transit: "1d" }),
  ],
];

/** Most sites state nothing; some what is true, some of the union it is in, a few what is wrong. */
const stated = fc.oneof(
  { weight: 9, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom("de", "eu", "eea", "us") },
);
const spot = <Spot extends object>(spots: readonly Spot[]) =>
  fc
    .record({ spot: fc.constantFrom(...spots), jurisdiction: stated })
    .map(({ spot, jurisdiction }) => ({ ...spot, ...(jurisdiction === undefined ? {} : { jurisdiction }) }));

const law = fc.constantFrom(
  ...[undefined, undefined, undefined, undefined, undefined],
  ...[["us"], ["eu"], ["de"], ["eea"], ["us", "eu"], ["de", "au"], ["fr", "nl", "ie"]],
);
const numbers = (most: number) => fc.array(fc.nat(20), { minLength: 1, maxLength: most });
const copies = fc.record({ direct: numbers(2), replicated: fc.array(fc.nat(20), { maxLength: 2 }) });

/** All that is drawn for one dataset; numbers count round the sites that there are. */
const data = fc.record({
  kind: fc.constantFrom("files", "files", "bucket", "postgres"),
  at: fc.nat(20),
  residency: law,
  /** Whether it lives where it may, as far as any site will do. */
  fits: fc.constantFrom(true, true, true, false),
  regional: fc.constantFrom(false, false, true),
  category: fc.constantFrom("a", "b", "c"),
  class: fc.constantFrom(undefined, "accepted"),
  first: copies,
  second: fc.option(copies, { nil: undefined }),
  follows: fc.option(fc.nat(20), { nil: undefined }),
});
type Data = typeof data extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const drawn = fc.record({
  serving: fc.array(spot(servingSpots), { minLength: 1, maxLength: 4 }),
  storing: fc.array(spot(storingSpots), { minLength: 1, maxLength: 4 }),
  datasets: fc.array(data, { minLength: 1, maxLength: 3 }),
  keys: fc.dictionary(
    fc.constantFrom("a", "b", "c"),
    fc.record({ at: fc.option(numbers(2), { nil: undefined }), shared: fc.boolean() }),
    { maxKeys: 2 },
  ),
  services: fc.array(fc.record({ needs: numbers(2), at: fc.option(numbers(2), { nil: undefined }) }), {
    maxLength: 2,
  }),
  drills: fc.array(
    fc.record({
      kind: fc.constantFrom("restore", "region", "full"),
      datasets: fc.option(numbers(2), { nil: undefined }),
    }),
    { maxLength: 2 },
  ),
  promised: fc.boolean(),
});

/** Any plan; sites are called s0, s1, …, datasets d0, d1, …. */
export const anyPlan: fc.Arbitrary<PlanInput> = drawn.map(written);

type Drawn = typeof drawn extends fc.Arbitrary<infer Made> ? Made : never;

function written({ serving, storing, datasets, keys, services, drills, promised }: Drawn): PlanInput {
  const all = [...serving, ...storing].map((site, index) => [
    `s${index}`,
    index === 0 ? { ...site, role: "primary", mode: "active" } : site,
  ]);
  const sites = Object.fromEntries(all) as PlanInput["sites"];
  const names = Object.keys(sites);
  const running = names.slice(0, serving.length);
  const buckets = names.filter((name) => ["aws-region", "object-store"].includes(sites[name]?.kind ?? ""));
  const made = Object.fromEntries(
    datasets.map((each, index) => [`d${index}`, dataset(each, { sites, names, running, buckets })]),
  ) as PlanInput["datasets"];
  const used = [...new Set(datasets.map(({ category }) => category))].toSorted();
  return {
    name: "any",
    objectives: {
      ...{ rpo: "1d", rto: promised ? { region: "4h" } : {} },
      classes: { accepted: { rpo: "1d", rpoBy: { region: { accepted: "it goes with its region" } } } },
    },
    identities: {
      deployers: [`arn:aws:iam::${account}:root`],
      breakGlass: [`arn:aws:iam::${account}:role/break-glass`],
    },
    keys: { categories: categories(keys, used, names) },
    ...{ sites, datasets: made },
    services: Object.fromEntries(
      services.map(({ needs, at }, index) => [
        `w${index}`,
        {
          ...{ image: "web", needs: picked(Object.keys(made), needs) },
          ...(at === undefined ? {} : { at: picked(running, at) }),
        },
      ]),
    ),
    drills: drills.map(({ kind, datasets: some }) => ({
      ...({ kind, every: "30d" } as const),
      ...(some === undefined ? {} : { datasets: picked(Object.keys(made), some) }),
    })) as NonNullable<PlanInput["drills"]>,
  };
}

/** Keys of categories that there are; a category shares with a later one, so that none do in a circle. */
function categories(keys: Drawn["keys"], used: readonly string[], names: readonly string[]) {
  return Object.fromEntries(
    Object.entries(keys).flatMap(([category, { at, shared }]) => {
      if (!used.includes(category)) return [];
      const later = used.find((other) => other > category);
      return [
        [
          category,
          {
            ...(at === undefined ? {} : { at: picked(names, at) }),
            ...(shared && later !== undefined ? { sharedWith: later } : {}),
          },
        ],
      ];
    }),
  );
}

interface There {
  readonly sites: PlanInput["sites"];
  readonly names: readonly string[];
  readonly running: readonly string[];
  readonly buckets: readonly string[];
}

/** Those that the numbers mean, each once. */
const picked = (of: readonly string[], numbers: readonly number[]): string[] =>
  of.length === 0 ? [] : [...new Set(numbers.map((number) => of[number % of.length] ?? ""))];

const copiesAt = (of: readonly string[], { direct, replicated }: Data["first"]) => {
  const now = picked(of, direct);
  return { direct: now, replicated: picked(of, replicated).filter((site) => !now.includes(site)) };
};

/** Plans are refused where data lives outside of its law; so that most are not, most data lives inside. */
function homesFor({ fits, residency }: Data, sites: PlanInput["sites"], names: readonly string[]) {
  const inside = names.filter((name) => {
    const site = sites[name];
    const law = site && whereabouts(site).law;
    return residency === undefined || law === undefined || liesIn(law, residency);
  });
  return fits && inside.length > 0 ? inside : names;
}

function dataset(each: Data, { sites, names, running, buckets }: There): object {
  const { residency, regional, category, first, second, follows } = each;
  const common = {
    ...{ category, regional },
    ...(residency === undefined ? {} : { residency }),
    ...(each.class === undefined ? {} : { class: each.class }),
  };
  const schedule = { kind: "interval", every: "6h" };
  if (each.kind === "postgres") {
    const [at = ""] = picked(homesFor(each, sites, running), [each.at]);
    const to = picked(running, follows === undefined ? [] : [follows])[0];
    const isApart = to !== undefined && (to !== at || sites[at]?.kind === "aws-region");
    return {
      ...{ kind: "postgres", at, database: "data", ...common },
      backups: [
        { kind: "physical", schedule, keep: "30d", ...copiesAt(names, first) },
        { kind: "wal", within: "5m", keep: "7d", ...copiesAt(names, second ?? first) },
        ...(isApart ? [{ kind: "replica", to, lag: "1m" }] : []),
      ],
    };
  }
  if (each.kind === "bucket" && buckets.length > 0) {
    const at = picked(homesFor(each, sites, buckets), [each.at]);
    const later = picked(buckets, first.replicated).filter((site) => !at.includes(site));
    return {
      ...{ kind: "bucket", at: at[0], bucket: "uploads", ...common },
      backups: [
        { kind: "versions", within: "5m", keep: "30d", direct: at, replicated: later },
        ...(second ? [{ kind: "copy", schedule, keep: "30d", ...copiesAt(names, second) }] : []),
      ],
    };
  }
  return {
    ...{ kind: "files", at: picked(homesFor(each, sites, names), [each.at])[0], path: "/srv", ...common },
    backups: [first, ...(second ? [second] : [])].map((where) => ({
      ...{ kind: "copy", schedule, keep: "30d" },
      ...copiesAt(names, where),
    })),
  };
}
