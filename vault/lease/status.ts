import { type Clock, elapsed } from "./clock.js";
import { takeAt } from "./request.js";
import type { LeaseState, Sighting } from "./state.js";

/** A keeper's answer to a health check or a command. */
export interface LeaseStatus {
  /** Whether writes are possible now: the part of deep health that the lease decides. */
  readonly open: boolean;
  /** Epoch held; undefined without the lease. */
  readonly epoch: number | undefined;
  readonly gate: "closed" | "opening" | "open" | "closing";
  readonly ended: "superseded" | "displaced" | "lease-lost" | undefined;
  /** The holder last seen. */
  readonly holder: { readonly site: string; readonly epoch: number } | undefined;
  /** Its ETag, and since when it was seen unchanged. */
  readonly sighting: Pick<Sighting, "etag" | "since"> | undefined;
  /** Milliseconds until the lease may be taken if it stays unchanged; undefined when it may not. */
  readonly takeIn: number | undefined;
}

/** What a keeper answers, with the time left checked anew: a keeper that was paused doesn't say open. */
export function statusOf(state: LeaseState, clock: Clock): LeaseStatus {
  const { grant, gate, ended, known, who, figures } = state;
  const at = clock.now();
  const valid = grant !== undefined && elapsed(grant.start, at) < figures.ttl;
  const own = known?.record.site === who.site && known.record.incarnation === who.incarnation;
  return {
    open: gate === "open" && valid,
    epoch: valid ? grant.epoch : undefined,
    gate,
    ended,
    holder: known && { site: known.record.site, epoch: known.record.epoch },
    sighting: known && { etag: known.etag, since: known.since },
    takeIn: known && who.mayTake && !ended && !own ? Math.max(0, takeAt(state, known) - at.mono) : undefined,
  };
}
