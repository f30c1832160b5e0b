import { keptDays, postgresDatasets, storedBackups } from "../datasets.js";
import { vaultsOf } from "../vaults.js";
import type { Finding, Proof } from "./finding.js";

/** What is kept cannot be deleted: a bucket's lock lasts as long as its shortest-kept backup, and others outlast it. */
export const lockCoversKept: Proof = (plan) =>
  vaultsOf(plan).flatMap(({ site, category, bucket, lockDays }) =>
    postgresDatasets(plan)
      .filter(([, dataset]) => dataset.category === category)
      .flatMap(([name, dataset]) =>
        storedBackups(dataset).flatMap((backup, index) => {
          const keepDays = keptDays(backup.keep).most;
          if (![...backup.direct, ...backup.replicated].includes(site) || keepDays <= lockDays) return [];
          return [
            {
              ...{
                rule: "retention/lock",
                severity: "warning",
                at: `datasets.${name}.backups[${index}].keep`,
              },
              message: `${backup.kind} backups of "${name}" in ${bucket} are locked for ${lockDays} of their ${keepDays} days; after that only its policy protects them`,
              arithmetic: `the lock is the shortest keep in the bucket, so that nothing outlives its retention: min = ${lockDays}d`,
              fix: { sentence: `keep all of category "${category}" at "${site}" equally long` },
            } satisfies Finding,
          ];
        }),
      ),
  );
