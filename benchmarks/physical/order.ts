import type { DatabaseAddress } from "../../engines/comparison/index.js";

/** Who does it. */
export const ways = ["hand", "engine"] as const;
export type Way = (typeof ways)[number];

/** What is done, one after the other: a restore needs a backup. */
export const steps = ["backup", "restore"] as const;

/** One measured run; it has a process of its own. */
export interface RunOrder {
  readonly what: (typeof steps)[number];
  readonly by: Way;
  /** File of the plan. */
  readonly plan: string;
  /** File with a holder's identity. */
  readonly holder: string;
  /** Where the copies are, as `--store` says it. */
  readonly store: readonly string[];
  /** pgBackRest's configuration. */
  readonly config: string;
  readonly address: DatabaseAddress;
  /** Process of the server that is backed up; its CPU counts. */
  readonly server: number;
  /** Folder that is restored into; it is gone afterwards. */
  readonly into: string;
}
