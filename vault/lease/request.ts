import { elapsed, type Stamp } from "./clock.js";
import { waitTime } from "./figures.js";
import { openFor } from "./gate.js";
import type { LeaseRecord } from "./record.js";
import type { LeaseState, Sighting } from "./state.js";
import type { WriteCondition } from "./store.js";

/** A write with the condition under which it counts. */
export interface PlannedWrite {
  readonly record: LeaseRecord;
  readonly condition: WriteCondition;
}

/** What to ask the witness next. Everything that isn't a write a keeper may do now is a read. */
export function nextRequest(state: LeaseState, at: Stamp): PlannedWrite | "read" {
  const { who, known } = state;
  if (!state.fresh || state.ended) return "read";
  if (state.vacant) {
    // Whatever a refused read hides, If-None-Match lets only the very first lease be created.
    const mayCreate = who.role === "primary" && who.lastEpoch === undefined && !known;
    return mayCreate ? { record: written(state, at, 1, []), condition: { ifNoneMatch: "*" } } : "read";
  }
  if (!known) return "read";
  const { record, etag } = known;
  const condition = { ifMatch: etag };
  if (record.site === who.site && record.incarnation === who.incarnation) {
    // After a restart the volume is the same, and so is all that was acknowledged in this epoch.
    return { record: written(state, at, record.epoch, record.history), condition };
  }
  if (!who.mayTake || at.mono < takeAt(state, known)) return "read";
  const { epoch, site, incarnation } = record;
  const history = [...record.history, { epoch, site, incarnation }];
  return { record: written(state, at, epoch + 1, history), condition };
}

/** When an unchanged lease of another holder may be taken: its figures or ours, whichever is longer. */
export function takeAt({ figures }: LeaseState, { record, since }: Sighting): number {
  return since.mono + Math.max(waitTime(figures), record.waitSeconds * 1000);
}

/** When `step` wants to be called again with a wake, monotonic milliseconds; undefined when never. */
export function wakeAt(state: LeaseState, at: Stamp): number | undefined {
  const { figures, flight, gate, grant } = state;
  const times: number[] = [];
  if (flight) times.push(flight.start.mono + figures.requestTimeout);
  else if (!state.stopping) times.push(state.requestAt);
  if (state.closeAgainAt !== undefined) times.push(state.closeAgainAt);
  if (grant && (gate === "open" || gate === "opening")) {
    times.push(at.mono + openFor(state) - elapsed(grant.start, at));
    times.push(at.mono + figures.retryEvery);
  }
  return times.length > 0 ? Math.min(...times) : undefined;
}

function written(state: LeaseState, at: Stamp, epoch: number, history: LeaseRecord["history"]): LeaseRecord {
  const { who, figures } = state;
  return {
    version: 1,
    dataset: who.dataset,
    epoch,
    site: who.site,
    incarnation: who.incarnation,
    process: who.process,
    counter: state.counter + 1,
    ttlSeconds: figures.ttl / 1000,
    waitSeconds: waitTime(figures) / 1000,
    renewedAt: new Date(at.wall).toISOString(),
    history,
  };
}
