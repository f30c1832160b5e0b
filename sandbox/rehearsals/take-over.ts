import { setTimeout as sleep } from "node:timers/promises";

import { readLedger, recovery } from "../customer/index.js";
import { WorldError } from "../errors.js";
import { checkOf } from "./dns-answers.js";
import { type KeeperStatus, keeperStatus, whenFirst } from "./keeper-status.js";
import type { GoodDay } from "./model.js";
import { type Restored, restoredContent } from "./restored-content.js";
import { until } from "./until.js";
import { asOperator, secondsite } from "./workspace.js";

/** When the primary was lost; both on the wall and on the monotonic clock, in milliseconds. */
export interface Fault {
  /** Before anything was done to it. */
  readonly begun: { readonly wall: number; readonly mono: number };
  /** From here on it could acknowledge nothing to anybody outside. */
  readonly cut: { readonly wall: number; readonly mono: number };
}

/** What became of taking over. */
export interface TakeOver {
  /** What `secondsite failover` told, line by line. */
  readonly said: readonly string[];
  /** Why it did not succeed; undefined when it did. */
  readonly failure: string | undefined;
  /** Content of the promoted database before the customer came back; undefined when it was never promoted. */
  readonly restored: Restored | undefined;
  /** Seconds from the fault to the first write through DNS that was acknowledged; undefined when there is none. */
  readonly recoverySeconds: number | undefined;
  readonly keeper: KeeperStatus | undefined;
}

/** What a control does between promotion and verification. */
export type BeforeVerification = (day: GoodDay) => Promise<void>;

/** Beyond the floor, in seconds: then the rehearsal gives up waiting for the customer. */
const patience = 300;

/** Waits as an operator does, for the primary's health check to say no, and takes over. */
export async function takeOver(
  day: GoodDay,
  fault: Fault,
  beforeVerification: BeforeVerification = async () => undefined,
): Promise<TakeOver> {
  const { timeline, primary, standby, signal } = day;
  await timeline.phase("Detection", () =>
    until(async () => ((await checkOf(day, primary))?.status === "unhealthy" ? true : undefined), {
      what: "the primary's health check to say no",
      within: 120,
      signal,
      every: 0.25,
    }),
  );
  const decided = Date.now();
  const said: string[] = [];
  const over = new AbortController();
  const watched: GoodDay = { ...day, signal: AbortSignal.any([signal, over.signal]) };
  let failure: string | undefined;
  const give = (reason: string) => {
    failure ??= reason;
    over.abort(new WorldError(reason));
  };
  const failing = timeline.phase("secondsite failover", async (say) => {
    const argv = [
      ...secondsite,
      "failover",
      day.workspace.planFile,
      "--to",
      standby.site,
      "--yes",
      "--json",
    ] as const;
    const { exitCode, stderr } = await asOperator(day, argv as unknown as [string, ...string[]], (line) => {
      said.push(line);
      say(line);
    });
    if (exitCode !== 0)
      give(
        `secondsite failover ended with exit code ${exitCode}: ${stderr.trim().split("\n").slice(-3).join(" ")}`,
      );
  });
  const verifying = timeline.phase("Content verified", async (say) => {
    await until(async () => promoted(await keeperStatus(standby)), {
      what: "the standby's database to be promoted",
      within: patience,
      signal: watched.signal,
    });
    await beforeVerification(day);
    const restored = await restoredContent(day, standby, fault.cut.mono);
    say(
      `${restored.loss.rows} rows lost, ${restored.tables.filter(({ matches }) => !matches).length} tables differ`,
    );
    return restored;
  });
  const writing = timeline.phase("Customer writes again", () => firstWrite(watched, fault));
  const [, restored, written] = await Promise.allSettled([
    failing,
    verifying,
    writing.catch((error: Error) => {
      give(error.message);
      throw error;
    }),
  ]);
  signal.throwIfAborted();
  const keeper = await keeperStatus(standby);
  if (keeper) await spans(day, fault, decided, keeper);
  return {
    said,
    failure: failure ?? (restored.status === "rejected" ? String(restored.reason) : undefined),
    restored: restored.status === "fulfilled" ? restored.value : undefined,
    recoverySeconds: written.status === "fulfilled" ? written.value : undefined,
    keeper,
  };
}

async function firstWrite(day: GoodDay, { begun }: Fault): Promise<number> {
  const { ledger, primary, signal } = day;
  const found = await until(async () => recovery(readLedger(ledger), begun.mono, [primary.service]), {
    what: "the customer's first write after the fault",
    within: patience,
    signal,
    every: 2,
  });
  // A write that comes back by chance and not for good is no recovery.
  await sleep(2000, undefined, { signal });
  return found;
}

function promoted(status: KeeperStatus | undefined): KeeperStatus | undefined {
  return status && whenFirst(status, "promoted into epoch") !== undefined ? status : undefined;
}

/** What the time went into, from the keeper's own history and the health check. */
async function spans(day: GoodDay, fault: Fault, decided: number, keeper: KeeperStatus): Promise<void> {
  const steps: [string, number | undefined][] = [
    ["Provisioned and restored", whenFirst(keeper, "PostgreSQL answers, read-only")],
    ["Lease waited for", whenFirst(keeper, "lease: acquired")],
    ["Promoted", whenFirst(keeper, "the gate is open")],
    ["Check turned healthy", Date.parse((await checkOf(day, day.standby))?.since ?? "")],
    [
      "DNS answers expired",
      (() => {
        const seconds = recovery(readLedger(day.ledger), fault.begun.mono, [day.primary.service]);
        return seconds === undefined ? undefined : fault.begun.wall + seconds * 1000;
      })(),
    ],
  ];
  let from = decided;
  for (const [name, to] of steps) {
    if (to === undefined || Number.isNaN(to)) return;
    day.timeline.span(name, from, to);
    from = Math.max(from, to);
  }
}
