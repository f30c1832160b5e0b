import { setTimeout as sleep } from "node:timers/promises";

import { type Change, formatOperation, type OperationNumber, operationHeader } from "../app/change.js";
import type { Outcome } from "../app/write.js";
import { type LedgerWriter, now } from "./ledger.js";
import { changesOf, type Population } from "./operation.js";
import { NoAnswer, type Reply, type Request, type Transport } from "./transport.js";

/** Sends one write and says how it ended. Never throws. */
export type Send = (
  operation: OperationNumber,
  changes: readonly Change[],
  address: string,
) => Promise<Outcome>;

/** How a lane writes. */
export interface LaneOptions {
  readonly population: Population;
  readonly lane: number;
  /** First number; 1 for a new database. */
  readonly from: number;
  /** Writes a second at most; a slow answer delays the next. */
  readonly rate: number;
  readonly ledger: LedgerWriter;
  /** Resolves to the address that the next write goes to; throws when there is none. */
  readonly find: () => Promise<string>;
  readonly send: Send;
  readonly stop: AbortSignal;
}

/**
 * Writes numbered operations one after the other until stopped. Each is in the ledger before it is sent, and
 * its outcome before the next; a number is never used twice, whatever became of it.
 */
export async function runLane(options: LaneOptions): Promise<void> {
  const { population, lane, from, rate, ledger, find, send, stop } = options;
  let due = now().mono;
  for (let number = from; !stop.aborted; number += 1) {
    const at = new Date().toISOString();
    const operation = { lane, number, at };
    const address = await find().catch((error: Error) => error);
    const found = typeof address === "string";
    ledger.append({ type: "sent", ...operation, ...(found ? { address } : {}), ...now() });
    const result: Outcome = found
      ? await send(operation, changesOf(population, lane, number, at), address)
      : { outcome: "failed", reason: `name not resolved: ${address.message}` };
    const { outcome, ...detail } = result;
    ledger.append({ type: outcome, lane, number, ...detail, ...now() });
    // After a stall the lane goes on at its rate; it does not catch up in a burst.
    due = Math.max(due + 1000 / rate, now().mono);
    await sleep(due - now().mono, undefined, { signal: stop }).catch(() => undefined);
  }
}

/** Writes through the service, each kind of change by the endpoint made for it. */
export function throughService(transport: Transport): Send {
  return async (operation, changes, address) => {
    try {
      return outcomeOf(
        await transport.send(address, {
          ...requestFor(changes),
          headers: { [operationHeader]: formatOperation(operation) },
        }),
      );
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      return { outcome: error.sent ? "unknown" : "failed", reason: error.message };
    }
  };
}

function requestFor(changes: readonly Change[]): Request {
  const [only, more] = changes;
  if (!only || more) return { method: "POST", path: "/operations", body: changes };
  switch (only.kind) {
    case "insert": {
      const { kind: _, ...body } = only;
      return { method: "POST", path: "/messages", body };
    }
    case "update":
      return { method: "PATCH", path: `/messages/${only.id}`, body: { body: only.body } };
    case "delete":
      return { method: "DELETE", path: `/messages/${only.id}` };
    case "react":
      return {
        method: "POST",
        path: `/messages/${only.id}/reactions`,
        body: { emoji: only.emoji, author: only.author },
      };
  }
}

/** Believes an answer only as far as it goes: whatever is not plainly yes or no is unknown. */
export function outcomeOf({ status, body }: Reply): Outcome {
  const { outcome, affected, reason } = (body ?? {}) as {
    outcome?: string;
    affected?: number;
    reason?: string;
  };
  if (status === 200 && outcome === "committed") return { outcome, affected: affected ?? 0 };
  const said = `HTTP ${status}${reason ? `: ${reason}` : ""}`;
  if (outcome === "failed" || (status >= 400 && status < 500)) return { outcome: "failed", reason: said };
  return { outcome: "unknown", reason: said };
}
