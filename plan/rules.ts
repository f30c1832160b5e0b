import type { CheckablePlan } from "./checkable.js";
import type { Problem } from "./errors.js";
import { isDuration, seconds } from "./units.js";

/** What no single field can say: names that have to exist, sites that have to differ. Returns every problem. */
export function crossReferences(plan: CheckablePlan): Problem[] {
  return [...siteRoles(plan), ...datasets(plan), ...services(plan), ...dns(plan), ...lease(plan)];
}

const known = (names: object) => Object.keys(names).join(", ") || "none";

function unknownName(kind: string, at: string, given: string | undefined, names: object): Problem[] {
  return given === undefined || Object.hasOwn(names, given)
    ? []
    : [{ at, message: `no ${kind} is called "${given}"; there are: ${known(names)}` }];
}

function siteRoles({ sites }: CheckablePlan): Problem[] {
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
  return problems;
}

function datasets({ sites, datasets }: CheckablePlan): Problem[] {
  return Object.entries(datasets).flatMap(([name, { at, backups }]) => [
    ...unknownName("site", `datasets.${name}.at`, at, sites),
    ...backups.flatMap((backup, index) => {
      const place = `datasets.${name}.backups[${index}]`;
      const twice = (["direct", "replicated"] as const).flatMap((way) =>
        backup[way].flatMap((given, copy) => [
          ...unknownName("site", `${place}.${way}[${copy}]`, given, sites),
          ...(backup[way].indexOf(given) < copy
            ? [{ at: `${place}.${way}[${copy}]`, message: `"${given}" is named twice` }]
            : []),
        ]),
      );
      const both = backup.replicated.filter((given) => backup.direct.includes(given));
      return [
        ...twice,
        ...both.map((given) => ({
          at: `${place}.replicated`,
          message: `"${given}" is a direct copy already; a site holds one or the other`,
        })),
      ];
    }),
  ]);
}

function services({ datasets, services }: CheckablePlan): Problem[] {
  return Object.entries(services).flatMap(([name, { needs }]) =>
    needs.flatMap((given, index) =>
      unknownName("dataset", `services.${name}.needs[${index}]`, given, datasets),
    ),
  );
}

function dns({ dns, services, lease }: CheckablePlan): Problem[] {
  if (!dns) return [];
  const problems = unknownName("service", "dns.service", dns.service, services);
  const { name, zone } = dns;
  if (name !== undefined && zone !== undefined && name !== zone && !name.endsWith(`.${zone}`))
    problems.push({ at: "dns.name", message: `must lie inside the zone "${zone}", got "${name}"` });
  if (!lease)
    problems.push({
      at: "lease",
      message: "DNS that fails over needs a lease, or two sites could write at once; add lease: { witness }",
    });
  return problems;
}

function lease({ lease, sites }: CheckablePlan): Problem[] {
  if (!lease) return [];
  const { witness: name, ttl } = lease;
  const problems = unknownName("site", "lease.witness", name, sites);
  const witness = name === undefined ? undefined : sites[name];
  const serving = Object.entries(sites).find(
    ([, { kind, region }]) => kind === "aws-region" && region === witness?.region,
  );
  if (witness && serving)
    problems.push({
      at: "lease.witness",
      message: `must be a failure domain of its own, but "${name}" is in ${witness.region}, where "${serving[0]}" serves`,
    });
  // The holder gives PostgreSQL ten seconds to stop and rides out 43 without the witness: below 60 s there is no room.
  if (isDuration(ttl) && seconds(ttl) < 60)
    problems.push({ at: "lease.ttl", message: `must be at least 60s, got "${ttl}"` });
  return problems;
}
