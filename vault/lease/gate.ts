import { elapsed, type Stamp } from "./clock.js";
import type { CloseReason, LeaseEffect, LeaseReport, LeaseState } from "./state.js";

/** One step in the making. */
export interface Turn {
  readonly state: { -readonly [K in keyof LeaseState]: LeaseState[K] };
  readonly at: Stamp;
  readonly effects: LeaseEffect[];
}

/** Adds a report to the step's effects. */
export function report(turn: Turn, what: LeaseReport): void {
  turn.effects.push({ type: "report", report: what });
}

/** How long a grant lets the gate stay open: what is left of `ttl` belongs to shutting it. */
export function openFor({ figures }: LeaseState): number {
  return figures.ttl - figures.fenceBudget;
}

/** Shuts the gate before the grant ends; opens it when there is one. */
export function guardGate(turn: Turn): void {
  const { state, at, effects } = turn;
  const reason = mustClose(state, at);
  if (state.gate === "closed" && !reason && state.grant && at.mono >= state.openAt) {
    state.gate = "opening";
    state.diverged = false;
    effects.push({ type: "open", epoch: state.grant.epoch });
  } else if ((state.gate === "open" || state.gate === "opening") && reason) {
    state.gate = "closing";
    report(turn, { type: "gate-closing", reason });
    effects.push({ type: "close", reason });
  } else if (state.gate === "closing" && state.closeAgainAt !== undefined && at.mono >= state.closeAgainAt) {
    state.closeAgainAt = undefined;
    effects.push({ type: "close", reason: reason ?? "lease-running-out" });
  }
  watchOverrun(turn);
  if (!reason) state.cover = state.grant;
  if (state.ended) state.grant = undefined;
}

function mustClose(state: LeaseState, at: Stamp): CloseReason | undefined {
  if (state.stopping) return "stopping";
  if (state.ended) return state.ended;
  if (!state.grant || elapsed(state.grant.start, at) >= openFor(state)) return "lease-running-out";
  return undefined;
}

/**
 * A gate still open, or only now known to be shut, after every bound has passed: a pause beyond the bound, a
 * suspension, or a fence that took too long. Another epoch may have begun meanwhile.
 */
function watchOverrun(turn: Turn): void {
  const { state, at, effects } = turn;
  const { ttl, pauseBound } = state.figures;
  const { cover } = state;
  if (!cover || state.diverged) return;
  const wasOpen = state.gate !== "closed" && state.gate !== "opening";
  const closedNow = effects.some(
    (effect) => effect.type === "report" && effect.report.type === "gate-closed",
  );
  if (!wasOpen && !closedNow) return;
  const overrun = elapsed(cover.start, at) - ttl;
  if (overrun <= pauseBound) return;
  state.diverged = true;
  report(turn, { type: "possible-divergence", epoch: cover.epoch, overrun });
}
