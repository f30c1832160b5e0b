import { EngineError } from "../../engines/errors.js";
import { type Plan, postgresDatasets } from "../../plan/index.js";
import type { ExitCode } from "../command.js";
import { lookedOrDone } from "../operation/looked-or-done.js";
import type { Told } from "../operation/operation.js";
import { wholeGiven } from "../options.js";
import { nothingChanged, say } from "../ui/say.js";
import { fromLine, named, otherwiseLine } from "./chosen-shown.js";
import { folderGiven } from "./options.js";
import { planRestoreDump, type RestoreDump, restoreDump } from "./restore.js";

/** What `restore` is told about a dump. */
export interface DumpOptions {
  readonly dataset?: string;
  readonly at?: string;
  readonly point?: string;
  readonly kind?: string;
  readonly asOf?: string;
  readonly into?: string;
  readonly replace?: string;
  readonly system?: string;
  readonly hooks?: string;
  readonly jobs: string;
  readonly site?: string;
  readonly from?: string;
  readonly store?: string[];
  readonly identity?: string[];
  readonly staging?: string;
  readonly metrics?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Tables that are loaded side by side: each has a connection, of which a server has 100 by default. */
const mostJobs = 64;

/** Shows what a restore from a dump would do, and does it when told to. */
export async function restoreFromDump(plan: Plan, options: DumpOptions): Promise<ExitCode> {
  const { replace, system, jobs, from, yes, json, ...rest } = options;
  const dataset = options.dataset ?? onlyDataset(plan);
  const how = {
    ...rest,
    ...{ replaces: replace, systemIdentifier: system, folder: await folderGiven(from) },
    jobs: wholeGiven("--jobs", jobs, 1, mostJobs),
    say,
  };
  const { kind = "logical", site, store, metrics } = options;
  const { intended, done } = await lookedOrDone(
    yes,
    { plan, name: "restore", kind, dataset, site, store, metricsFile: metrics },
    {
      intend: () => planRestoreDump(plan, dataset, how),
      act: (intended) => restoreDump(intended, how),
    },
    told,
  );
  const { chosen, moment, loss, next, target } = intended;
  if (json) {
    const answer = {
      ...{ plan: plan.name, dataset, kind: intended.job.kind, restored: yes, point: named(chosen) },
      ...{ at: moment?.iso ?? chosen.at, loss, next: next.map(named) },
      target: { host: target.server.host, database: target.database },
      ...(done ? { result: done } : {}),
    };
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  } else process.stdout.write(shown(intended, done));
  return 0;
}

function told({ intended: { chosen, moment, target } }: { readonly intended: RestoreDump }): Told {
  const { copy, point, at } = chosen;
  const { database, server } = target;
  return {
    point: point.label,
    details: { at: moment?.iso ?? at, copy: copy.site, database, host: server.host },
  };
}

/** The dataset that is meant where none is named. @throws EngineError (2) when there are several */
export function onlyDataset(plan: Plan): string {
  const all = postgresDatasets(plan).map(([name]) => name);
  const [first, second] = all;
  if (first !== undefined && second === undefined) return first;
  throw new EngineError(
    `plan "${plan.name}" has ${all.length} PostgreSQL datasets: ${all.join(", ")}`,
    2,
    first === undefined ? undefined : `--dataset ${first}`,
  );
}

function shown(
  { job, chosen, loss, next, target }: RestoreDump,
  done: Awaited<ReturnType<typeof restoreDump>> | undefined,
): string {
  const already = done?.restored.already === true;
  const lines = [
    already
      ? `"${target.database}" was restored from this very point before: nothing was done now, and what was written to it since is in it.`
      : `Restoring "${job.dataset}" ${done ? "is done" : "would"}:`,
    fromLine(chosen),
    `  holds     what was committed by ${chosen.at}`,
    `  without   ${loss}`,
    `  into      a new database, switched in as "${target.database}" at ${target.server.host}`,
    otherwiseLine(next),
    ...(already ? [`  again     --replace ${chosen.point.label} restores it once more`] : []),
    ...(done?.restored.previous === undefined
      ? []
      : [`  kept      what was live, as "${done.restored.previous}"`]),
    ...(done?.safety === undefined
      ? []
      : [`  safety    ${"label" in done.safety ? done.safety.label : `none: ${done.safety.impossible}`}`]),
    ...(done?.notes ?? []).map((note) => `  note      ${note}`),
    ...(done ? [] : [nothingChanged]),
  ];
  return `${lines.join("\n")}\n`;
}
