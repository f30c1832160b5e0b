/** Sites of every history. The third one exists to compete with the second. */
export type SiteName = "primary" | "standby" | "third";

/** What goes wrong in a history. Times are in parts of the lease's ttl, so that one shape serves all figures. */
export interface History {
  readonly seed: number;
  /** The shipped durations, or a shorter lease with faster drift. */
  readonly figures: "default" | "short";
  /** Rate of each site's clocks: slowest, true or fastest within the bound. */
  readonly drift: Readonly<Record<SiteName, -1 | 0 | 1>>;
  /** Whether the standby was deployed with a shorter ttl than the primary. */
  readonly shorterStandby: boolean;
  /**
   * How waiting sites look: `often`, and so see a renewal as soon as it is stored; `back to back`, and so have
   * a read under way, begun before the renewal, whenever one is stored.
   */
  readonly look: "as shipped" | "often" | "back to back";
  /** Whether the old primary may take the lease again. */
  readonly primaryMayTake: boolean;
  readonly third: boolean;
  /**
   * Shares of requests: lost on the way, answer lost, delivered long after the client gave up; and of ways, there or
   * back, that are slow.
   */
  readonly lost: number;
  readonly unanswered: number;
  readonly late: number;
  readonly slow: number;
  /** Whether the lease's first creation is delivered long after its sender gave up. */
  readonly lateCreation: boolean;
  /** Whether shutting a gate takes its whole budget. */
  readonly slowFence: boolean;
  /** Whether the first keeper that has to fence is paused, for the whole bound, just before it does. */
  readonly pauseAtFence: boolean;
  /** A site can't reach the witness. */
  readonly partitions: readonly { readonly site: SiteName; readonly from: number; readonly length: number }[];
  /** A process is killed and comes back, with its volume or with a new one. */
  readonly restarts: readonly {
    readonly site: SiteName;
    readonly at: number;
    readonly down: number;
    readonly volume: "same" | "new";
  }[];
  /** A keeper is kept from running for the whole bound. */
  readonly pauses: readonly { readonly site: SiteName; readonly at: number }[];
  /** Pauses beyond the bound; none in histories that must be safe. */
  readonly beyond: readonly {
    /** `stopped`: keeper alone; `suspended`: machine, monotonic clock too; `frozen`: every clock too. */
    readonly kind: "stopped" | "suspended" | "frozen";
    readonly site: SiteName;
    readonly at: number;
    readonly length: number;
  }[];
}

/** When, in parts of ttl, faults end. */
export const faultsEnd = 6;
