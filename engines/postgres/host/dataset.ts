import type { Plan, PostgresDataset } from "../../../plan/index.js";
import type { CopyPlace, DatasetCopy, KeyProvider } from "../../../vault/index.js";

/** A copy of which the place is known, too: pgBackRest is told it. */
export interface HostCopy extends DatasetCopy {
  readonly place: CopyPlace;
}

/** A dataset whose server runs on an ordinary machine. */
export interface HostDataset {
  readonly plan: Plan;
  readonly dataset: string;
  readonly spec: PostgresDataset;
  /** Its physical copies, in the plan's order: the repositories 1, 2, … of its configuration. */
  readonly copies: readonly HostCopy[];
  /** Everybody who shall be able to open its keys. */
  readonly recipients: readonly KeyProvider[];
}
