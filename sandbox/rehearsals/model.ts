import type { Plan } from "../../plan/index.js";
import type { Population } from "../customer/index.js";
import type { World } from "../world/index.js";
import type { Timeline } from "./timeline.js";
import type { Workspace } from "./workspace.js";

/** What can be lost. */
export const scenarioNames = ["region-loss", "partition"] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** A side of the plan as it was deployed. */
export interface SiteView {
  /** Name in the plan. */
  readonly site: string;
  /** AWS region; also the kubeconfig context of its cluster. */
  readonly region: string;
  /** Address of what users reach. */
  readonly service: string;
  /** Address of the keeper, which health checks ask. */
  readonly health: string;
}

/** What every part of a rehearsal works with. */
export interface Stage {
  readonly world: World;
  readonly plan: Plan;
  /** Dataset behind the service that DNS names. */
  readonly dataset: string;
  readonly workspace: Workspace;
  readonly timeline: Timeline;
  /** Aborts when the rehearsal shall end early. */
  readonly signal: AbortSignal;
}

/** A deployed plan on a good day, with a customer writing. */
export interface GoodDay extends Stage {
  readonly primary: SiteView;
  readonly standby: SiteView;
  readonly population: Population;
  /** Ledger of the customer that writes through the DNS name. */
  readonly ledger: string;
  /** Ledgers of everybody who writes, that one first. */
  readonly ledgers: readonly string[];
  /** Ends the customer once the write under way is finished. */
  readonly stopCustomer: () => Promise<void>;
}
