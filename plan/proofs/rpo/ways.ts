import { limits } from "../../limits.js";
import type { Plan, StoredBackup } from "../../schema/index.js";
import { siteOf, storeProviderOf } from "../../sites.js";
import { seconds } from "../../units.js";
import type { Age } from "./runs.js";
import type { Term } from "./terms.js";

/** An age where the job writes, and how much older it is at a site. */
export const onItsWay = (plan: Plan, backup: StoredBackup, site: string, age: Age): Age =>
  "unbounded" in age ? age : { terms: [...age.terms, ...wayTo(plan, backup, site)] };

/** What passes between the job's end and the copy at a site being complete. */
export function wayTo(plan: Plan, backup: StoredBackup, site: string): Term[] {
  const to = siteOf(plan, site);
  if (to.kind === "media")
    return [
      { name: "transfer", seconds: seconds(to.every), what: `until the next transfer to "${site}"` },
      { name: "transit", seconds: seconds(to.transit), what: "until it has arrived and is checked" },
    ];
  if (backup.direct.includes(site)) return [];
  const [source = site] = backup.direct;
  return [replicationTerm(plan, source, site)];
}

/** How long a store may take to copy something to another. */
function replicationTerm(plan: Plan, source: string, site: string): Term {
  const isS3 = (name: string) => storeProviderOf(siteOf(plan, name)) === "aws";
  const aws = isS3(source) && isS3(site);
  const { seconds: length } = aws ? limits.s3ReplicationTimeControl : limits.otherReplication;
  const what = aws
    ? "until S3 has copied it (Replication Time Control)"
    : "until the store has copied it (assumed: nobody states a bound)";
  return { name: "replication", seconds: length, what };
}
