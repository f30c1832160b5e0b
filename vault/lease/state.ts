import type { Stamp } from "./clock.js";
import type { LeaseFigures } from "./figures.js";
import type { LeaseRecord } from "./record.js";
import type { WriteCondition } from "./store.js";

/** Who a keeper is and what it may do. */
export interface LeaseIdentity {
  readonly dataset: string;
  /** Name of the site in the plan. */
  readonly site: string;
  /** Id kept on the data volume; a new volume has a new one. */
  readonly incarnation: string;
  /** Unique per process. */
  readonly process: string;
  /** A primary may create the lease where there has never been one. */
  readonly role: "primary" | "standby";
  /** Whether another holder's lease may be taken once it ran out. */
  readonly mayTake: boolean;
  /** Highest epoch in which this data volume was ever opened for writes; undefined when never. */
  readonly lastEpoch: number | undefined;
  /** What another process of this machine saw before, by the same clock. */
  readonly sighting: Pick<Sighting, "etag" | "since"> | undefined;
}

/** The right to write: an epoch, valid for the figures' `ttl` from the start of a write that succeeded. */
export interface Grant {
  readonly epoch: number;
  readonly start: Stamp;
}

/** The lease as last seen. */
export interface Sighting {
  readonly etag: string;
  readonly record: LeaseRecord;
  /** When this very ETag was first received. */
  readonly since: Stamp;
}

/** A request under way; at most one at a time. */
export type Flight = { readonly id: number; readonly start: Stamp } & (
  | { readonly kind: "read" }
  | { readonly kind: "write"; readonly record: LeaseRecord }
);

/** Why a process can't hold the lease any more. Only another volume, or a person, changes that. */
export type Ended = "superseded" | "displaced" | "lease-lost";

/** All that a keeper knows. A plain value; only `step` makes the next one. */
export interface LeaseState {
  readonly who: LeaseIdentity;
  readonly figures: LeaseFigures;
  readonly known: Sighting | undefined;
  /** Set when the last read found nothing. */
  readonly vacant: "absent" | "denied" | undefined;
  /** False while a write's outcome is unknown: a read has to tell before the next write. */
  readonly fresh: boolean;
  readonly grant: Grant | undefined;
  /** Writes whose outcome is unknown; they may land later. */
  readonly attempts: readonly { readonly counter: number; readonly start: Stamp }[];
  readonly counter: number;
  readonly flight: Flight | undefined;
  readonly requests: number;
  /** Earliest next request, monotonic milliseconds. */
  readonly requestAt: number;
  readonly gate: "closed" | "opening" | "open" | "closing";
  /** Grant under which the gate was last allowed to be open. */
  readonly cover: Grant | undefined;
  /** When a failed shutting is tried again, monotonic milliseconds. */
  readonly closeAgainAt: number | undefined;
  /** Earliest next opening after one that failed, monotonic milliseconds. */
  readonly openAt: number;
  /** Whether a possible divergence was reported since the gate was last opened. */
  readonly diverged: boolean;
  readonly ended: Ended | undefined;
  readonly stopping: boolean;
}

/** What a read told. */
export type ReadOutcome =
  | { readonly kind: "present"; readonly etag: string; readonly record: LeaseRecord }
  | { readonly kind: "absent" | "denied" };

/** What a write told. */
export type WriteOutcome = { readonly kind: "stored"; readonly etag: string } | { readonly kind: "conflict" };

/** What happens to a keeper. */
export type LeaseEvent =
  | { readonly type: "start" | "wake" | "stop" }
  | { readonly type: "read"; readonly id: number; readonly outcome: ReadOutcome }
  | { readonly type: "failed"; readonly id: number; readonly why: string }
  | { readonly type: "written"; readonly id: number; readonly outcome: WriteOutcome }
  | GateEvent;

/** What became of opening or shutting the gate. */
export interface GateEvent {
  readonly type: "opened" | "open-failed" | "closed" | "close-failed";
  readonly why?: string;
}

/** Why the gate is shut. */
export type CloseReason = "starting" | "stopping" | "lease-running-out" | "open-failed" | Ended;

/** What a keeper tells people. */
export type LeaseReport =
  | { readonly type: "acquired"; readonly epoch: number; readonly how: "created" | "resumed" | "taken" }
  | { readonly type: "gate-open"; readonly epoch: number }
  | { readonly type: "gate-closing"; readonly reason: CloseReason }
  | { readonly type: "gate-closed" }
  | { readonly type: "gate-failed"; readonly why: string }
  | { readonly type: "witness-unknown"; readonly why: string }
  | { readonly type: "ended"; readonly reason: Ended; readonly by: LeaseRecord | undefined }
  | {
      /** Writes may have been acknowledged after another epoch began: export what this volume holds. */
      readonly type: "possible-divergence";
      readonly epoch: number;
      /** How long past the end of validity the gate stayed open, milliseconds; undefined when unknown. */
      readonly overrun: number | undefined;
    };

/** What a keeper does next. */
export type LeaseEffect =
  | { readonly type: "read"; readonly id: number }
  | {
      readonly type: "write";
      readonly id: number;
      readonly record: LeaseRecord;
      readonly condition: WriteCondition;
    }
  | { readonly type: "abandon"; readonly id: number }
  | { readonly type: "open"; readonly epoch: number }
  | { readonly type: "close"; readonly reason: CloseReason }
  | { readonly type: "report"; readonly report: LeaseReport };

/** A keeper's state before its first event. */
export function initialState(who: LeaseIdentity, figures: LeaseFigures): LeaseState {
  return {
    who,
    figures,
    known: undefined,
    vacant: undefined,
    fresh: false,
    grant: undefined,
    attempts: [],
    counter: 0,
    flight: undefined,
    requests: 0,
    requestAt: Number.NEGATIVE_INFINITY,
    gate: "closed",
    cover: undefined,
    closeAgainAt: undefined,
    openAt: Number.NEGATIVE_INFINITY,
    diverged: false,
    ended: undefined,
    stopping: false,
  };
}
