import type { CheckablePlan, CheckableSite } from "../checkable.js";
import type { Problem } from "../errors.js";

/** Sites that run something; the others are stores and media. */
export const servingKinds: ReadonlySet<string> = new Set(["aws-region", "vps", "premises"]);

/** Sites whose copies are objects in buckets. */
export const bucketKinds: ReadonlySet<string> = new Set(["aws-region", "object-store"]);

/** A site that is known not to be of these kinds; one that cannot be read is not held against anybody. */
export const isNoneOf = (site: CheckableSite | undefined, kinds: ReadonlySet<string>): boolean =>
  site?.kind !== undefined && !kinds.has(site.kind);

/** One primary, and it is active; an AWS account is one; a provider's own store is on its own machines. */
export function siteRules({ sites }: CheckablePlan): Problem[] {
  if (!sites) return [];
  const primaries = Object.entries(sites).filter(([, { role }]) => role === "primary");
  const problems: Problem[] = [];
  if (primaries.length !== 1)
    problems.push({
      at: "sites",
      message: `exactly one site has the role "primary", got ${primaries.map(([name]) => `"${name}"`).join(" and ") || "none"}`,
    });
  for (const [name, { mode }] of primaries)
    if (mode !== undefined && mode !== "active")
      problems.push({ at: `sites.${name}.mode`, message: `a primary is always "active", got "${mode}"` });
  for (const [name, { kind, provider, hostedBy, account }] of Object.entries(sites)) {
    if (kind !== "object-store") continue;
    if ([provider, hostedBy].includes("aws") && account !== undefined && !/^\d{12}$/.test(account))
      problems.push({
        at: `sites.${name}.account`,
        message: `expected an AWS account id of 12 digits, got "${account}"`,
      });
    if (hostedBy !== undefined && provider !== undefined && provider !== "minio")
      problems.push({
        at: `sites.${name}.hostedBy`,
        message: `only MinIO runs on machines of anybody's choice, and ${provider}'s store is ${provider}'s own; leave hostedBy out, or set provider: "minio"`,
      });
  }
  return problems;
}
