import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";

import type { Labels, Sample } from "../../metrics/index.js";
import { operationSamples } from "../../metrics/index.js";
import { type AuditLogPlace, auditLogOf, type Plan, standbySites } from "../../plan/index.js";
import {
  type Access,
  type AuditContent,
  type AuditWho,
  keepRecord,
  placesGiven,
  type Spool,
  spoolAt,
  type Waiting,
  withoutSecrets,
  wordsOf,
} from "../../vault/index.js";
import { notified } from "../notify/notify.js";
import { beforeEnding, exitCodeOf } from "./before-ending.js";
import { emitted } from "./emit.js";
import { measuredAs, type Operation, type Told } from "./operation.js";
import { type OpenedAudit, openAudit, spoolFolder } from "./places.js";
import { whoRuns } from "./who.js";

/** Everything outside of the process that recording touches. */
export interface Surroundings {
  readonly open: (plan: Plan, place: AuditLogPlace, places: Access["places"]) => OpenedAudit;
  readonly who: (region: string | undefined) => Promise<AuditWho>;
  readonly warn: (line: string) => void;
  readonly env: NodeJS.ProcessEnv;
}

const real: Surroundings = {
  open: openAudit,
  who: whoRuns,
  warn: (line) => process.stderr.write(`secondsite: ${line}\n`),
  env: process.env,
};

/**
 * Does an operation, records in the audit log who did what and how it ended, keeps its figures, and tells whom the plan's
 * alerts name.
 *
 * None of it changes how the operation ends: what cannot be recorded, measured or told to people costs a warning. A
 * process that is told to end records that before it does, and lets go of its leases; one that is killed is recorded by the
 * next one on this machine, from what it noted when it began.
 *
 * @param tell what is worth recording about a result; its errors are warnings too
 */
export async function recorded<T>(
  asked: Operation,
  work: () => Promise<T>,
  tell: (result: T) => Told = () => ({}),
  around: Surroundings = real,
): Promise<T> {
  const startedAt = new Date();
  // An option that was given nothing names nothing that could be recorded; the operation itself refuses it.
  const operation = { ...asked, dataset: asked.dataset || undefined, site: asked.site || undefined };
  const { plan, store = [] } = operation;
  const places = placesGiven(plan, store);
  const { dataset, site = homeOf(plan, dataset) } = operation;
  const place = auditLogOf(plan, { dataset, site }, Object.keys(places));
  // Asked meanwhile: the operation does not wait for it longer than a moment.
  const who = place && around.who(awsRegionOf(plan, place.site));
  who?.catch(() => undefined);
  const folder = place && spoolFolder(place, around.env);
  const spool = folder === undefined ? undefined : spoolAt(folder);
  const begun: Begun = { id: randomUUID(), startedAt, place, places, who, spool };
  // Where nothing can be noted, the end says so.
  const note = noted(operation, begun).catch(() => undefined);
  // Once: a signal that ends the process ends the programs that do its work too, which then fails.
  let over: Promise<void> | undefined;
  const keep = (end: () => End) => {
    over ??= kept(operation, begun, note, end, around).catch(async (error: unknown) => {
      around.warn(`the operation was not recorded: ${wordsOf(error)}`);
      await (await note)?.stored().catch(() => undefined);
    });
    return over;
  };
  const forget = beforeEnding((signal) =>
    keep(() => ({ outcome: "failed", exitCode: exitCodeOf[signal], message: `ended by ${signal}` })),
  );
  let result: T;
  try {
    await Promise.race([note, pause(patience, undefined, { ref: false })]);
    result = await work();
  } catch (error) {
    forget();
    await keep(() => endOf(error));
    throw error;
  }
  forget();
  await keep(() => {
    const told = tell(result);
    const { exitCode = 0 } = told;
    // 1 is an answer too; whoever comes to their end with anything else did not do what was asked.
    return { ...told, outcome: exitCode <= 1 ? "done" : "failed", exitCode };
  });
  return result;
}

type End = Told & Pick<AuditContent, "outcome" | "exitCode">;

interface Begun {
  readonly id: string;
  readonly startedAt: Date;
  readonly place: AuditLogPlace | undefined;
  readonly places: Access["places"];
  readonly who: Promise<AuditWho> | undefined;
  /** Where records wait on this machine. */
  readonly spool: Spool | undefined;
}

/** How long an operation waits for what is noted about it, milliseconds: whom the cloud knows may take longer to say. */
const patience = 1_000;

/** What is true of an operation of which nobody ever hears again; 137 is how shells tell of SIGKILL. */
const neverTold: End = {
  outcome: "failed",
  exitCode: 137,
  message: "it did not say how it ended: it was killed, or its machine was",
};

/** Puts down on this machine's disk what has to be recorded should this process not live to do it. */
async function noted(operation: Operation, begun: Begun): Promise<Waiting | undefined> {
  const who = await begun.who;
  return who && begun.spool?.add(contentOf(operation, begun, who, begun.startedAt, neverTold));
}

function contentOf(
  { plan, name, kind, ...operation }: Operation,
  { id, startedAt }: Begun,
  who: AuditWho,
  finishedAt: Date,
  { outcome, exitCode, message, point, details = {}, dataset = operation.dataset }: End,
): AuditContent {
  const site = operation.site ?? homeOf(plan, dataset);
  return {
    ...{ id, plan: plan.name, operation: name },
    ...(dataset === undefined ? {} : { dataset }),
    ...(point === undefined ? {} : { point }),
    ...(site === undefined ? {} : { site }),
    who,
    ...{ startedAt: startedAt.toISOString(), finishedAt: finishedAt.toISOString(), outcome, exitCode },
    ...(message === undefined ? {} : { message }),
    details: { ...(kind === undefined ? {} : { kind }), ...details },
  };
}

/** By the process's conventions: 1, 2 and 4 refuse, everything else fails. */
function endOf(error: unknown): End {
  const { exitCode = 3 } = error as { exitCode?: number };
  return { outcome: [1, 2, 4].includes(exitCode) ? "refused" : "failed", exitCode, message: wordsOf(error) };
}

async function kept(
  operation: Operation,
  begun: Begun,
  note: Promise<Waiting | undefined>,
  end: () => End,
  { open, warn, env }: Surroundings,
): Promise<void> {
  const { plan, name, kind, metricsFile } = operation;
  const finishedAt = new Date();
  const { message, ...told } = end();
  const said = { ...told, ...(message === undefined ? {} : { message: withoutSecrets(message, env) }) };
  const { samples = [], dataset = operation.dataset, exitCode } = told;
  const site = operation.site ?? homeOf(plan, dataset);
  const audit = await recordedIn(begun, await note, { open, plan }, (who) =>
    contentOf(operation, begun, who, finishedAt, said),
  );
  const labels: Labels = {
    ...(dataset === undefined ? {} : { dataset }),
    ...(kind === undefined ? {} : { kind }),
    ...(site === undefined ? {} : { site }),
  };
  const measured = operationSamples({
    ...{ operation: measuredAs[name], labels, startedAt: begun.startedAt, finishedAt },
    succeeded: exitCode === 0,
  });
  const notices = await notified(
    plan,
    {
      ...{ plan: plan.name, operation: name, dataset, kind, site, host: hostname(), finishedAt },
      ...{ succeeded: exitCode === 0, exitCode, startedAt: begun.startedAt },
      ...{ point: said.point, message: said.message },
    },
    env,
  );
  const telling: Sample[] = notices
    ? [{ name: "notification_delivered", labels, value: notices.problems.length === 0 ? 1 : 0 }]
    : [];
  const failures = await emitted(plan, [...measured, ...samples, ...audit.samples, ...telling], {
    file: metricsFile,
    env,
  });
  const warnings = [...audit.warnings, ...(notices?.problems ?? []), ...failures];
  for (const warning of warnings) warn(withoutSecrets(warning, env));
}

/** What became of the record, and its figures. */
async function recordedIn(
  { place, places, who, spool }: Begun,
  note: Waiting | undefined,
  { open, plan }: Pick<Surroundings, "open"> & { readonly plan: Plan },
  content: (who: AuditWho) => AuditContent,
): Promise<{ readonly samples: readonly Sample[]; readonly warnings: readonly string[] }> {
  if (!place || !who)
    return {
      samples: [],
      warnings: [`plan "${plan.name}" has no vault that can be reached from here to record this in`],
    };
  const { anchors, ...alone } = open(plan, place, places);
  // Who acts at a standby may be taking over: the site that holds the heads may be what was lost, and is not asked.
  const audit = anchors && !standbySites(plan).includes(place.site) ? { ...alone, anchors } : alone;
  const { head, warnings } = await keepRecord(
    { ...audit, ...(spool === undefined ? {} : { spool }) },
    content(await who),
    note,
  );
  const labels = { site: place.site, category: place.category };
  const stored = head !== undefined && warnings.length === 0;
  return {
    samples: [
      { name: "audit_stored", labels, value: stored ? 1 : 0 },
      ...(head ? [{ name: "audit_sequence", labels, value: head.sequence } as const] : []),
    ],
    warnings,
  };
}

/** Site where a dataset lives when nothing has happened. */
function homeOf({ datasets }: Plan, name: string | undefined): string | undefined {
  const found = name === undefined ? undefined : datasets[name];
  return found && "at" in found ? found.at : undefined;
}

/** Region whose AWS knows the caller; undefined where a site is not AWS's. */
function awsRegionOf({ sites }: Plan, name: string): string | undefined {
  const site = sites[name];
  const aws = site?.kind === "aws-region" || (site?.kind === "object-store" && site.provider === "aws");
  return aws ? site.region : undefined;
}
