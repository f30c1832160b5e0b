import { S3Client } from "@aws-sdk/client-s3";

import { cloudSiteOf, names } from "../../plan/index.js";
import { type LeaseStore, readLease } from "../../vault/lease/index.js";
import { s3LeaseStore } from "../../vault/lease/s3-store.js";
import { EngineError } from "../errors.js";
import type { Placement } from "./placement.js";

/** The lease object of a dataset, in the witness. @throws EngineError when the plan has no lease. */
export function leaseStore({ plan, dataset }: Pick<Placement, "plan" | "dataset">): LeaseStore {
  if (!plan.lease) throw new EngineError(`plan "${plan.name}" has no lease`, 2, "add lease: { witness }");
  const { witness } = plan.lease;
  const { region } = cloudSiteOf(plan, witness);
  return s3LeaseStore({
    // The protocol repeats what failed; the client must not do it behind its back.
    client: new S3Client({ region, maxAttempts: 1 }),
    bucket: names.leaseBucket(plan, witness),
    key: names.leaseKey(dataset),
  });
}

/** The epoch that jobs of this site may write into. @throws EngineError when another site holds the lease. */
export async function presentEpoch(placement: Placement): Promise<number> {
  const found = await readLease(leaseStore(placement));
  const { dataset, site } = placement;
  if (!found) throw new EngineError(`no epoch of "${dataset}" has begun`, 3, "wait until its database is up");
  if (found.record.site !== site)
    throw new EngineError(
      `site "${site}" may not write recovery points of "${dataset}": "${found.record.site}" holds the lease since epoch ${found.record.epoch}`,
      1,
    );
  return found.record.epoch;
}
