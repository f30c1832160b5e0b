import type { CheckableDataset, CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { unknownName, unknownNames } from "./names.js";
import { bucketKinds, isNoneOf, servingKinds } from "./sites.js";

type Backup = CheckableDataset["backups"][number];

/** Copies are at sites that exist and can hold them, each site once; a replica runs somewhere else. */
export function copyRules({ sites, datasets = {} }: CheckablePlan): Problem[] {
  return Object.entries(datasets).flatMap(([name, { at, backups }]) =>
    backups.flatMap((backup, index) => {
      const place = `datasets.${name}.backups[${index}]`;
      return [
        ...unknownNames("site", `${place}.direct`, backup.direct, sites),
        ...unknownNames("site", `${place}.replicated`, backup.replicated, sites),
        ...bothWays(place, backup),
        ...withoutBuckets(place, backup, sites),
        ...(backup.kind === "replica" ? replica(place, at, backup.to, sites) : []),
      ];
    }),
  );
}

function bothWays(place: string, { direct, replicated }: Backup): Problem[] {
  return replicated
    .filter((given) => given !== undefined && direct.includes(given))
    .map((given) => ({
      at: `${place}.replicated`,
      message: `"${given}" is a direct copy already; a site holds one or the other`,
    }));
}

/** Versions of objects are kept by buckets, and by nothing else. */
function withoutBuckets(place: string, backup: Backup, sites: CheckablePlan["sites"]): Problem[] {
  if (backup.kind !== "versions") return [];
  return (["direct", "replicated"] as const).flatMap((way) =>
    backup[way].flatMap((given, copy) => {
      const site = given === undefined ? undefined : sites?.[given];
      return isNoneOf(site, bucketKinds)
        ? [
            {
              at: `${place}.${way}[${copy}]`,
              message: `"${given}" is of kind "${site?.kind}", which keeps no versions of objects; name an object-store or an aws-region, or use copy()`,
            },
          ]
        : [];
    }),
  );
}

function replica(
  place: string,
  at: string | undefined,
  to: string | undefined,
  sites: CheckablePlan["sites"],
): Problem[] {
  const site = to === undefined ? undefined : sites?.[to];
  const problems = unknownName("site", `${place}.to`, to, sites);
  // A region has hardware enough for a second server; a room or a rented server is gone with the first.
  if (to !== undefined && to === at && site?.kind !== "aws-region")
    problems.push({
      at: `${place}.to`,
      message: `must be another site than the dataset's own, whose hardware it would share; got "${to}"`,
    });
  if (isNoneOf(site, servingKinds))
    problems.push({
      at: `${place}.to`,
      message: `"${to}" is of kind "${site?.kind}", where no server runs; name an aws-region, a vps or premises`,
    });
  return problems;
}
