import { keptDatasets } from "../datasets.js";
import type { ObjectStoreSite, Plan } from "../schema/index.js";
import { siteOf } from "../sites.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding } from "./finding.js";
import { broken, holdingsOf, listed, risk } from "./holdings.js";
import { type Capability, factOf, quoted, supports } from "./stores.js";

/** What the stores of a plan can and cannot do, each said once. */
export function targets(plan: Plan): Finding[] {
  const used = new Set(
    keptDatasets(plan).flatMap(([, dataset]) => holdingsOf(dataset).map(({ site }) => site)),
  );
  const buckets = [...used].flatMap((name) => {
    const site = siteOf(plan, name);
    return site.kind === "object-store" ? [[name, site] as const] : [];
  });
  return [
    ...buckets.flatMap(([name, site]) => [...endpoint(name, site), ...lock(name, site)]),
    ...lease(plan),
    ...coldReading(
      plan,
      buckets.flatMap(([name, { tier }]) => (tier === "cold" ? [name] : [])),
    ),
  ];
}

/** A server of one's own has no address that could be derived. TLS is what the schema's "https" sees to. */
function endpoint(name: string, { provider, endpoint: address }: ObjectStoreSite): Finding[] {
  if (provider !== "minio" || address !== undefined) return [];
  return [
    broken(
      "compatibility/endpoint",
      `sites.${name}.endpoint`,
      {
        message: `nobody knows where the MinIO of "${name}" is`,
        arithmetic:
          "addresses of other providers follow from region and account, those of one's own servers do not",
      },
      { sentence: 'set endpoint: "https://..."; pgBackRest and S3 clients are given TLS only' },
    ),
  ];
}

function lock(name: string, site: ObjectStoreSite): Finding[] {
  if (supports(site, "object-lock")) return [];
  return [
    risk(
      "compatibility/lock",
      `sites.${name}`,
      {
        message: `nothing stored at "${name}" can be locked: whoever gets its credentials can delete it`,
        arithmetic: `${site.provider}: ${quoted(factOf(site, "object-lock"))}`,
      },
      { sentence: "keep a copy that nobody can change somewhere else too" },
    ),
  ];
}

/** A lease lives from two refusals of its store. */
function lease(plan: Plan): Finding[] {
  if (!plan.lease) return [];
  const { witness } = plan.lease;
  const site = siteOf(plan, witness);
  const needed: readonly Capability[] = ["create-only", "replace-only"];
  const without = needed.filter((capability) => !supports(site, capability));
  const [first] = without;
  if (first === undefined) return [];
  return [
    broken(
      "compatibility/lease",
      "lease.witness",
      {
        message: `two sites could take the lease at "${witness}" at once: its store is not known to refuse a write that comes second`,
        arithmetic: quoted(factOf(site, first)),
      },
      { sentence: "keep the lease at AWS or Cloudflare, whose stores write under a condition" },
    ),
  ];
}

/** Reading from a cold tier costs time and money each time; a quarter is what it is for. */
const seldom = 80 * 86_400;

function coldReading(plan: Plan, cold: readonly string[]): Finding[] {
  if (cold.length === 0) return [];
  const elsewhere = (name: string) => {
    const dataset = plan.datasets[name];
    return (
      dataset !== undefined &&
      dataset.kind !== "rebuildable" &&
      holdingsOf(dataset).some(({ site }) => !cold.includes(site))
    );
  };
  const only = keptDatasets(plan).flatMap(([name]) => (elsewhere(name) ? [] : [name]));
  const often = plan.drills.flatMap(({ kind, every, datasets }, index) =>
    (kind === "restore" || kind === "integrity" || kind === "cold-storage") &&
    seconds(every) < seldom &&
    (kind === "cold-storage" || (datasets ?? only).some((name) => only.includes(name)))
      ? [{ index, kind, every }]
      : [],
  );
  return often
    .filter(({ kind }) => kind === "cold-storage" || only.length > 0)
    .map(({ index, kind, every }) =>
      risk(
        "compatibility/cold-reading",
        `drills[${index}].every`,
        {
          message: `the ${kind} drill reads from the cold tier every ${every}; each time it has to be asked for beforehand, and paid for`,
          arithmetic: `cold: ${listed(cold)}; ${humanSeconds(seconds(every))} < 80d`,
        },
        { sentence: "read from another copy, or once a quarter" },
      ),
    );
}
