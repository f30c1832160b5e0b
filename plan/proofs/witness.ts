import { copySites, keptDatasets } from "../datasets.js";
import type { ObjectStoreSite, Plan } from "../schema/index.js";
import { domainsOf, primarySite, servingSites, siteOf } from "../sites.js";
import type { PatchStep, Proof } from "./finding.js";
import { pointer } from "./patched.js";

/**
 * The lease survives the loss of any one site: the witness is in a region that nothing serves from, and where a standby
 * is meant to outlive the primary's account or provider, in neither of these.
 *
 * Assumes that its store keeps the promise of conditional writes.
 */
export const witnessIsApart: Proof = (plan) => {
  if (!plan.lease) return [];
  const { witness } = plan.lease;
  const common = { rule: "lease/witness", at: "lease.witness" };
  const why = unfit(plan, witness);
  const where = domainsOf(plan, witness);
  const serving = servingSites(plan).map(([name]) => name);
  const regions = [...new Set(serving.map((name) => domainsOf(plan, name).region))];
  const arithmetic = `"${witness}" is in ${where.region}; sites serve from ${regions.join(", ")}`;
  if (why !== undefined)
    return [{ ...common, severity: "error", message: why, arithmetic, fix: moved(plan, witness) }];
  const copies = [...new Set(keptDatasets(plan).flatMap(([, dataset]) => copySites(dataset)))].filter(
    (name) => domainsOf(plan, name).region === where.region,
  );
  const [copy] = copies;
  if (copy !== undefined)
    return [
      {
        ...{ ...common, severity: "warning", arithmetic },
        message: `losing ${where.region} takes the witness and the copy at "${copy}" at once`,
        fix: { sentence: "move the witness, or that copy" },
      },
    ];
  return [
    { ...common, severity: "info", message: `no site shares ${where.region} with the witness`, arithmetic },
  ];
};

/** Why a site cannot be the witness; undefined where it can. */
function unfit(plan: Plan, name: string): string | undefined {
  const { kind } = siteOf(plan, name);
  if (kind !== "object-store" && kind !== "aws-region")
    return `"${name}" is of kind "${kind}": it has no object store to hold a lease`;
  const where = domainsOf(plan, name);
  const serving = servingSites(plan).map(([each]) => each);
  const shared = serving.filter((each) => domainsOf(plan, each).region === where.region);
  if (shared.length > 0)
    return `losing ${where.region} takes the witness and ${shared.map((each) => `"${each}"`).join(", ")} at once: nobody can take over`;
  const primary = primarySite(plan);
  const home = domainsOf(plan, primary);
  for (const domain of ["provider", "account"] as const) {
    const outlives = serving.find((each) => domainsOf(plan, each)[domain] !== home[domain]);
    if (where[domain] === home[domain] && outlives !== undefined)
      return `losing ${domain} ${home[domain]} takes the witness and "${primary}" at once: "${outlives}", which is left, cannot take over`;
  }
  return undefined;
}

/** To a store that is fit already, else to a new one. */
function moved(plan: Plan, witness: string) {
  const fit = Object.entries(plan.sites).find(
    ([name, { kind }]) => name !== witness && kind === "object-store" && unfit(plan, name) === undefined,
  );
  const replaced = (name: string): PatchStep => ({ op: "replace", path: "/lease/witness", value: name });
  if (fit) return { sentence: `move the witness to "${fit[0]}"`, patch: [replaced(fit[0])] };
  const name = Object.hasOwn(plan.sites, "witness") ? "witness-apart" : "witness";
  const value = candidates(plan).find((site) => {
    const sites = { ...plan.sites, [name]: site };
    return unfit({ ...plan, sites }, name) === undefined;
  });
  const sentence = "move the witness to a region that no site serves from";
  return value
    ? {
        sentence: `${sentence}: add a site "${name}" in ${value.region}`,
        patch: [{ op: "add", path: pointer("sites", name), value } as const, replaced(name)],
      }
    : { sentence };
}

/** Buckets a lease could lie in, in the primary's account where that is AWS, and elsewhere. */
function candidates(plan: Plan): ObjectStoreSite[] {
  const common = { kind: "object-store", tier: "standard", upload: "100MiB", download: "100MiB" } as const;
  const aws = servingSites(plan).flatMap(([, site]) => (site.kind === "aws-region" ? [site.account] : []));
  return [
    ...aws.flatMap((account) =>
      ["eu-west-1", "eu-central-1", "us-east-2", "us-west-2"].map((region) => ({
        ...{ ...common, provider: "aws" as const, region, account },
      })),
    ),
    {
      ...{ ...common, provider: "cloudflare", region: "auto", account: plan.name },
      endpoint: `https://${plan.name}.r2.cloudflarestorage.com`,
    },
  ];
}
