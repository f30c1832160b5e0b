import { EngineError } from "../../engines/errors.js";
import { verifyHostCopy } from "../../engines/postgres/host/verify.js";
import type { RepositoryVerdict } from "../../engines/postgres/verify-repository.js";
import type { Plan } from "../../plan/index.js";
import { say } from "../ui/say.js";
import { type HostOptions, hostDataset } from "./job.js";

/** One epoch of one copy. */
export interface CopyEpoch {
  readonly dataset: string;
  readonly site: string;
  readonly epoch: number;
}

/** Reads a copy's repository of one epoch from end to end, on this machine. @throws as `verifyHostCopy` does */
export async function verifyFromHere(
  plan: Plan,
  { dataset, site, epoch }: CopyEpoch,
  options: Pick<HostOptions, "store" | "identity">,
): Promise<RepositoryVerdict & CopyEpoch> {
  const of = await hostDataset(plan, dataset, { ...options, site });
  const [copy] = of.copies;
  if (!copy) throw new EngineError(`site "${site}" holds no physical copy of "${dataset}"`, 2);
  return { dataset, site, ...(await verifyHostCopy(of, copy, epoch, say)) };
}
