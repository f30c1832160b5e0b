import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { V1ContainerStatus, V1StatefulSet } from "@kubernetes/client-node";

import { EngineError } from "../../engines/errors.js";
import { type Moment, momentAt, parseMoment } from "../../engines/moment.js";
import { names } from "../../plan/index.js";
import { update } from "../pulumi.js";
import { type SiteCluster, siteCluster } from "./cluster.js";
import type { RestorePlan } from "./plan-restore.js";
import { createStack } from "./stack.js";

/** How a restore is done. */
export interface RestoreOptions {
  /** Path of the plan's file. */
  readonly planFile: string;
  /** Longest the instance may take from its deployment until it is verified. */
  readonly patienceSeconds: number;
  readonly tell: (phase: "deploy" | "restore" | "done", detail: string) => void;
}

/** A restore that fails this often fails for good; what is transient is over by then. */
const tries = 3;

/**
 * Deploys the instance and waits until it replayed its log and verified its structure.
 *
 * Interrupted, the same command goes on from where it was.
 *
 * @throws EngineError (2) when an instance of that name is there and is another one, or runs already; (1) when the
 *   log ends before the moment or the data is damaged; (3) when it is not ready in time
 */
export async function restore(intended: RestorePlan, options: RestoreOptions): Promise<void> {
  const { plan, dataset, site, point, moment, instance, server } = intended;
  const { tell } = options;
  const cluster = siteCluster(intended.context, names.namespace(plan));
  refuseOther(intended, await cluster.statefulSet(server));
  const runnerImage = await cluster.runnerImage(dataset);
  if (!runnerImage)
    throw new EngineError(
      `site "${site}" has nothing of plan "${plan.name}" yet: no CronJob ${dataset}-physical`,
      3,
      `deploy stack ${names.stackName(plan, site === postgresHome(intended) ? "backup" : "standby", ...(site === postgresHome(intended) ? [] : [site]))} first`,
    );
  tell("deploy", `pulumi up on ${intended.stack}`);
  const { label, epoch } = point;
  const request = { dataset, instance, epoch, label, ...(moment ? { target: moment.postgres } : {}) };
  await update(await createStack(intended.stack), {
    config: {
      plan: resolve(options.planFile),
      role: "restore",
      site,
      runnerImage,
      restore: JSON.stringify(request),
    },
    onChange: ({ state, operation, type, name }) => tell("deploy", `${operation} ${state}: ${type} ${name}`),
  });
  await ready(intended, cluster, options);
  tell("done", `${server} is verified`);
}

const postgresHome = ({ plan, dataset }: RestorePlan) => {
  const found = plan.datasets[dataset];
  return found?.kind === "postgres" ? found.at : undefined;
};

/** The instance's own arguments say what it is. */
function refuseOther({ server, point, moment, stack }: RestorePlan, there: V1StatefulSet | undefined): void {
  if (!there) return;
  const remove = `choose another --name, or remove it: pulumi destroy --stack ${stack} --remove --yes`;
  if (there.status?.readyReplicas) throw new EngineError(`"${server}" runs already`, 2, remove);
  const [restoring] = there.spec?.template.spec?.initContainers ?? [];
  const given = restoring?.command ?? [];
  const target = given.find((argument) => argument.startsWith("--target="))?.slice("--target=".length);
  const same =
    given.includes(`--label=${point.label}`) &&
    given.includes(`--epoch=${point.epoch}`) &&
    target === moment?.postgres;
  if (!same)
    throw new EngineError(
      `"${server}" is there already, for ${target ?? "the end of another point"}`,
      2,
      remove,
    );
}

async function ready(
  { server }: RestorePlan,
  cluster: SiteCluster,
  { patienceSeconds, tell }: RestoreOptions,
): Promise<void> {
  const limit = performance.now() + patienceSeconds * 1_000;
  let told = "";
  for (;;) {
    const containers = (await cluster.containers(`${server}-0`)) ?? [];
    for (const container of containers) refuseFailed(container);
    if (containers.some(({ name, ready }) => name === "database" && ready)) return;
    const now = progressOf(containers);
    if (now !== told) tell("restore", now);
    told = now;
    if (performance.now() > limit)
      throw new EngineError(
        `"${server}" is not ready after ${patienceSeconds} s: ${now}`,
        3,
        "run the same command again: it goes on from here",
      );
    await sleep(500);
  }
}

function progressOf(containers: readonly V1ContainerStatus[]): string {
  const busy =
    containers.find(({ state }) => state?.running) ?? containers.find(({ state }) => state?.waiting);
  if (!busy) return "waiting for its Pod";
  if (!busy.state?.running) return `${busy.name}: ${busy.state?.waiting?.reason ?? "waiting"}`;
  return busy.name === "restore" ? "copying the backup" : "replaying the log and verifying";
}

function refuseFailed({ name, restartCount, state, lastState }: V1ContainerStatus): void {
  const ended = state?.terminated ?? lastState?.terminated;
  if (!ended || ended.exitCode === 0) return;
  const said = ended.message ?? ended.reason ?? `exit code ${ended.exitCode}`;
  const last = endOfLog(said);
  if (last)
    throw new EngineError(
      `the stored log ends before that moment: the last transaction in it was committed at ${last.iso}`,
      1,
      // PostgreSQL stops at a moment only when it sees a later commit: otherwise something before it may be missing.
      `restore --at ${momentAt(last.micros - 1).iso} or earlier`,
    );
  // Without a fit for it, a failure may be of the moment: storage that did not answer, a node that was full.
  if (ended.exitCode === 1 || restartCount >= tries)
    throw new EngineError(`${name} failed: ${said.trim().split("\n").slice(-5).join(" | ")}`, 1);
}

/** The time of the last transaction when PostgreSQL says that its log ended before the target. */
export function endOfLog(said: string): Moment | undefined {
  if (!said.includes("recovery ended before configured recovery target was reached")) return undefined;
  const [, time] =
    /last completed transaction was at log time (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)\+00/.exec(said) ??
    [];
  return time === undefined ? undefined : parseMoment(`${time.replace(" ", "T")}Z`);
}
