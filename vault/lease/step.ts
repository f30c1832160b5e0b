import { elapsed, type Stamp } from "./clock.js";
import { guardGate, report, type Turn } from "./gate.js";
import type { LeaseRecord } from "./record.js";
import { nextRequest, takeAt } from "./request.js";
import type {
  Ended,
  GateEvent,
  LeaseEffect,
  LeaseEvent,
  LeaseState,
  ReadOutcome,
  WriteOutcome,
} from "./state.js";

/**
 * The protocol: what an event at a moment means. Pure.
 *
 * Every event, whatever it is, is followed by a check of the time left, so a keeper that was kept from
 * running shuts its gate before it does anything else.
 */
export function step(
  state: LeaseState,
  event: LeaseEvent,
  at: Stamp,
): { readonly state: LeaseState; readonly effects: readonly LeaseEffect[] } {
  const turn: Turn = { state: { ...state }, at, effects: [] };
  learn(turn, event);
  guardGate(turn);
  request(turn);
  return turn;
}

function learn(turn: Turn, event: LeaseEvent): void {
  const { state, at, effects } = turn;
  switch (event.type) {
    case "start":
      // A server may have survived the process that kept it: nothing is assumed about the gate.
      state.gate = "closing";
      effects.push({ type: "close", reason: "starting" });
      break;
    case "stop":
      state.stopping = true;
      break;
    case "wake":
      if (state.flight && at.mono - state.flight.start.mono >= state.figures.requestTimeout) {
        const { id } = state.flight;
        effects.push({ type: "abandon", id });
        learnNothing(turn, `no answer within ${state.figures.requestTimeout} ms`);
      }
      break;
    case "failed":
      if (state.flight?.id === event.id) learnNothing(turn, event.why);
      break;
    case "read":
      if (state.flight?.id === event.id) learnRead(turn, event.outcome);
      break;
    case "written":
      if (state.flight?.id === event.id) learnWritten(turn, event.outcome);
      break;
    default:
      learnGate(turn, event.type, event.why);
  }
}

/** The outcome is unknown. A write that may have landed extends nothing until a read has found it. */
function learnNothing(turn: Turn, why: string): void {
  const { state, at } = turn;
  const { flight } = state;
  state.flight = undefined;
  state.requestAt = at.mono + state.figures.retryEvery;
  if (flight?.kind === "write") {
    state.fresh = false;
    state.attempts = [...state.attempts, { counter: flight.record.counter, start: flight.start }];
  }
  report(turn, { type: "witness-unknown", why });
}

function learnRead(turn: Turn, outcome: ReadOutcome): void {
  const { state, at } = turn;
  const start = state.flight?.start ?? at;
  state.flight = undefined;
  state.requestAt = start.mono + state.figures.renewEvery;
  if (outcome.kind === "present") {
    state.vacant = undefined;
    sight(turn, outcome.etag, outcome.record);
  } else {
    state.vacant = outcome.kind;
    state.fresh = true;
    // An object that was there and is not any more: whoever removed it removed every guarantee.
    if (outcome.kind === "absent" && (state.known || state.who.lastEpoch !== undefined))
      end(turn, "lease-lost");
    if (outcome.kind === "denied")
      report(turn, { type: "witness-unknown", why: "absent, or reading is refused" });
  }
  if (nextRequest(state, at) !== "read") state.requestAt = at.mono;
  else if (state.known && state.who.mayTake && !state.ended) {
    state.requestAt = Math.min(state.requestAt, Math.max(at.mono, takeAt(state, state.known)));
  }
}

function sight(turn: Turn, etag: string, record: LeaseRecord): void {
  const { state, at } = turn;
  const { who, figures } = state;
  const highest = Math.max(who.lastEpoch ?? 0, state.known?.record.epoch ?? 0);
  if (record.dataset !== who.dataset || record.epoch < highest) end(turn, "lease-lost");
  if (state.known?.etag !== etag) {
    const earlier = who.sighting?.etag === etag ? who.sighting.since : undefined;
    state.known = { etag, record, since: earlier ?? at };
  }
  state.fresh = true;
  if (record.history.some(({ incarnation }) => incarnation === who.incarnation)) end(turn, "superseded");
  const own = record.site === who.site && record.incarnation === who.incarnation;
  if (!own) {
    if (state.grant) end(turn, "superseded");
  } else if (record.process !== who.process) {
    if (state.grant) end(turn, "displaced");
  } else {
    const landed = state.attempts.find(({ counter }) => counter === record.counter);
    if (landed) acquire(turn, record, landed.start);
  }
  state.attempts = state.attempts.filter(({ start }) => elapsed(start, at) < figures.ttl);
}

function learnWritten(turn: Turn, outcome: WriteOutcome): void {
  const { state, at } = turn;
  const { flight, figures } = state;
  if (flight?.kind !== "write") return;
  state.flight = undefined;
  if (outcome.kind === "conflict") {
    state.fresh = false;
    state.requestAt = at.mono + figures.retryEvery;
    return;
  }
  const { record, start } = flight;
  state.known = { etag: outcome.etag, record, since: at };
  state.vacant = undefined;
  state.fresh = true;
  state.requestAt = start.mono + figures.renewEvery;
  acquire(turn, record, start);
}

/** Validity counts from when the request began: the witness can't have stored it earlier. */
function acquire(turn: Turn, record: { epoch: number; history: readonly unknown[] }, start: Stamp): void {
  const { state } = turn;
  if (!state.grant) {
    const last = state.cover?.epoch ?? state.who.lastEpoch;
    const how = last === record.epoch ? "resumed" : record.epoch === 1 ? "created" : "taken";
    report(turn, { type: "acquired", epoch: record.epoch, how });
  }
  state.grant = { epoch: record.epoch, start };
  state.attempts = [];
}

function end(turn: Turn, reason: Ended): void {
  const { state } = turn;
  if (state.ended) return;
  state.ended = reason;
  report(turn, { type: "ended", reason, by: state.known?.record });
  // Within the stated bounds the gate is shut by the time another epoch can be seen.
  if (reason === "superseded" && (state.gate === "open" || state.gate === "opening")) {
    state.diverged = true;
    report(turn, { type: "possible-divergence", epoch: state.cover?.epoch ?? 0, overrun: undefined });
  }
}

function learnGate(turn: Turn, type: GateEvent["type"], why = "unknown"): void {
  const { state, at } = turn;
  if (type === "opened" && state.gate === "opening") {
    state.gate = "open";
    report(turn, { type: "gate-open", epoch: state.cover?.epoch ?? 0 });
  } else if (type === "open-failed" && state.gate === "opening") {
    report(turn, { type: "gate-failed", why });
    // Half-open is not closed: shut it, then try again while the grant lasts.
    state.gate = "closing";
    state.openAt = at.mono + state.figures.retryEvery;
    turn.effects.push({ type: "close", reason: "open-failed" });
  } else if (type === "closed" && state.gate === "closing") {
    state.gate = "closed";
    state.closeAgainAt = undefined;
    report(turn, { type: "gate-closed" });
  } else if (type === "close-failed" && state.gate === "closing") {
    report(turn, { type: "gate-failed", why });
    state.closeAgainAt = at.mono + state.figures.retryEvery;
  }
}

function request(turn: Turn): void {
  const { state, at, effects } = turn;
  if (state.stopping || state.flight || at.mono < state.requestAt) return;
  const next = nextRequest(state, at);
  state.requests += 1;
  const id = state.requests;
  if (next === "read") {
    state.flight = { id, kind: "read", start: at };
    effects.push({ type: "read", id });
    return;
  }
  state.counter = next.record.counter;
  state.flight = { id, kind: "write", start: at, record: next.record };
  effects.push({ type: "write", id, record: next.record, condition: next.condition });
}
