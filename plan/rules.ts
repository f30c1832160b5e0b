import type { Problem } from "./errors.js";
import type { Plan } from "./schema.js";
import { seconds } from "./units.js";

/** What no single field can say: names that have to exist, sites that have to differ. Returns every problem. */
export function crossReferences(plan: Plan): Problem[] {
  return [...siteRoles(plan), ...datasets(plan), ...services(plan), ...dns(plan), ...lease(plan)];
}

const known = (names: object) => Object.keys(names).join(", ") || "none";

function unknownName(kind: string, at: string, given: string, names: object): Problem[] {
  return given in names
    ? []
    : [{ at, message: `no ${kind} is called "${given}"; there are: ${known(names)}` }];
}

function siteRoles({ sites }: Plan): Problem[] {
  const primaries = Object.entries(sites).filter(
    ([, site]) => site.kind === "aws-region" && site.role === "primary",
  );
  const problems: Problem[] = [];
  if (primaries.length !== 1)
    problems.push({
      at: "sites",
      message: `exactly one site has the role "primary", got ${primaries.map(([name]) => `"${name}"`).join(" and ") || "none"}`,
    });
  for (const [name, site] of Object.entries(sites))
    if (site.kind === "aws-region" && site.role === "primary" && site.mode !== "active")
      problems.push({
        at: `sites.${name}.mode`,
        message: `a primary is always "active", got "${site.mode}"`,
      });
  return problems;
}

function datasets({ sites, datasets }: Plan): Problem[] {
  return Object.entries(datasets).flatMap(([name, dataset]) => {
    if (dataset.kind === "rebuildable") return [];
    const at = `datasets.${name}`;
    return [
      ...unknownName("site", `${at}.at`, dataset.at, sites),
      ...dataset.backups.flatMap((backup, index) =>
        (["direct", "replicated"] as const).flatMap((way) =>
          backup[way].flatMap((given, copy) => [
            ...unknownName("site", `${at}.backups[${index}].${way}[${copy}]`, given, sites),
            ...(backup[way].indexOf(given) < copy
              ? [{ at: `${at}.backups[${index}].${way}[${copy}]`, message: `"${given}" is named twice` }]
              : []),
          ]),
        ),
      ),
      ...dataset.backups.flatMap((backup, index) =>
        backup.replicated
          .filter((given) => backup.direct.includes(given))
          .map((given) => ({
            at: `${at}.backups[${index}].replicated`,
            message: `"${given}" is a direct copy already; a site holds one or the other`,
          })),
      ),
    ];
  });
}

function services({ datasets, services }: Plan): Problem[] {
  return Object.entries(services).flatMap(([name, { needs }]) =>
    needs.flatMap((given, index) =>
      unknownName("dataset", `services.${name}.needs[${index}]`, given, datasets),
    ),
  );
}

function dns({ dns, services, lease }: Plan): Problem[] {
  if (!dns) return [];
  const problems = unknownName("service", "dns.service", dns.service, services);
  if (dns.name !== dns.zone && !dns.name.endsWith(`.${dns.zone}`))
    problems.push({ at: "dns.name", message: `must lie inside the zone "${dns.zone}", got "${dns.name}"` });
  if (!lease)
    problems.push({
      at: "lease",
      message: "DNS that fails over needs a lease, or two sites could write at once; add lease: { witness }",
    });
  return problems;
}

function lease({ lease, sites }: Plan): Problem[] {
  if (!lease) return [];
  const problems = unknownName("site", "lease.witness", lease.witness, sites);
  const witness = sites[lease.witness];
  const sharing = Object.entries(sites).find(
    ([name, site]) =>
      witness && name !== lease.witness && site.kind === "aws-region" && site.region === witness.region,
  );
  if (witness && (witness.kind === "aws-region" || sharing))
    problems.push({
      at: "lease.witness",
      message: `must be a failure domain of its own, but "${lease.witness}" is in ${witness.region} with ${sharing ? `"${sharing[0]}"` : "a site that serves"}`,
    });
  // The holder renews every TTL/6 and needs a sixth to stop PostgreSQL: below 30 s neither is realistic.
  if (seconds(lease.ttl) < 30)
    problems.push({ at: "lease.ttl", message: `must be at least 30s, got "${lease.ttl}"` });
  return problems;
}
