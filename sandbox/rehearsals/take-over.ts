import { floorSeconds } from "../../plan/index.js";
import { readLedger, recovery } from "../customer/index.js";
import { WorldError } from "../errors.js";
import { checkOf, dnsAnswers } from "./dns-answers.js";
import { type KeeperStatus, keeperStatus, monotonic, whenFirst } from "./keeper-status.js";
import type { GoodDay } from "./model.js";
import { asOperator, secondsite } from "./operator-command.js";
import { addRecoveryPhases, failoverLine } from "./recovery-phases.js";
import { type Restored, restoredContent } from "./restored-content.js";
import { until } from "./until.js";

/** A moment on both clocks, in milliseconds. */
export interface Moment {
  readonly wall: number;
  readonly mono: number;
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
  /** The standby's keeper at the end; undefined when there is none. */
  readonly keeper: KeeperStatus | undefined;
}

/** Beyond the floor, in seconds: then the rehearsal gives up. */
const beyondFloor = 120;

/**
 * Waits as an operator does, for the primary's health check to say no, and takes over.
 *
 * @param fault when the primary was lost, before anything was done to it.
 * @param beforeVerification done to the promoted database before its content is compared. @default nothing
 */
export async function takeOver(
  day: GoodDay,
  fault: Moment,
  beforeVerification?: (day: GoodDay) => Promise<void>,
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
  // What one of the three finds out ends the others.
  const watched: GoodDay = { ...day, signal: AbortSignal.any([signal, over.signal]) };
  const give = (error: unknown): never => {
    over.abort(error);
    throw error;
  };
  const [failing, verifying, writing] = await Promise.allSettled([
    timeline.phase("secondsite failover", (say) => failover(watched, said, say)).catch(give),
    timeline
      .phase("Content verified", async (say) => {
        const status = await whenPromoted(watched);
        await beforeVerification?.(day);
        const began = whenFirst(status, "lease: acquired") ?? Date.now();
        const restored = await restoredContent(day, standby, monotonic(began));
        const different = restored.tables.filter(({ matches }) => !matches).length;
        say(`${restored.loss.rows} rows lost, ${different} tables differ`);
        return restored;
      })
      .catch(give),
    timeline.phase("Customer writes again", () => firstWrite(watched, fault)).catch(give),
  ]);
  signal.throwIfAborted();
  const keeper = await keeperStatus(standby);
  await addRecoveryPhases(day, { fault, decided, said }, keeper);
  const failure = over.signal.aborted ? over.signal.reason : undefined;
  return {
    said,
    failure: failure === undefined && failing.status === "fulfilled" ? undefined : await told(day, failure),
    restored: verifying.status === "fulfilled" ? verifying.value : undefined,
    recoverySeconds: writing.status === "fulfilled" ? writing.value : undefined,
    keeper,
  };
}

/** Runs the command that a person would. @throws WorldError when it fails */
async function failover(day: GoodDay, said: string[], say: (detail: string) => void): Promise<void> {
  const { workspace, standby, plan } = day;
  const wait = String(floorSeconds(plan) + beyondFloor);
  const flags = ["--to", standby.site, "--yes", "--json", "--wait", wait];
  const [node, program] = secondsite;
  const { exitCode, stderr } = await asOperator(
    day,
    [node, program, "failover", workspace.planFile, ...flags],
    (text) => {
      said.push(text);
      if (!text.startsWith("{")) return;
      const parsed = failoverLine.safeParse(JSON.parse(text));
      if (parsed.success) say(`${parsed.data.phase}: ${parsed.data.detail}`);
    },
  );
  if (exitCode === 0) return;
  const last = stderr.trim().split("\n").slice(-3).join(" ");
  throw new WorldError(`secondsite failover ended with exit code ${exitCode}: ${last}`);
}

async function whenPromoted({ plan, standby, signal }: GoodDay): Promise<KeeperStatus> {
  return until(
    async () => {
      const status = await keeperStatus(standby);
      return status && whenFirst(status, "promoted into epoch") !== undefined ? status : undefined;
    },
    { what: "the standby's database to be promoted", within: floorSeconds(plan) + beyondFloor, signal },
  );
}

async function firstWrite({ plan, ledger, primary, signal }: GoodDay, fault: Moment): Promise<number> {
  return until(async () => recovery(readLedger(ledger), fault.mono, [primary.service]), {
    what: "the customer's first write after the fault",
    within: floorSeconds(plan) + beyondFloor,
    signal,
    every: 2,
  });
}

/** Why taking over failed, and what users get instead. */
async function told(day: GoodDay, reason: unknown): Promise<string> {
  const [check, answers] = await Promise.all([
    checkOf(day, day.standby),
    dnsAnswers(day, day.plan.dns?.name ?? ""),
  ]);
  const site = answers.includes(day.standby.service) ? day.standby.site : day.primary.site;
  return `${reason instanceof Error ? reason.message : reason}; the standby's check is ${check?.status}, DNS answers ${answers.length > 0 ? site : "nothing"}`;
}
