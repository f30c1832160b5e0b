import type { StateRestored } from "../../engines/pulumi-state/index.js";
import type { Plan } from "../../plan/index.js";
import type { ExitCode } from "../command.js";
import { lookedOrDone } from "../operation/looked-or-done.js";
import type { Told } from "../operation/operation.js";
import { fromLine, named, otherwiseLine } from "../sealed/chosen-shown.js";
import { folderGiven } from "../sealed/options.js";
import { nothingChanged, say } from "../ui/say.js";
import { onlyState, planRestoreState, type RestoreState, restoreState } from "./restore.js";

/** What `restore` is told about Pulumi's state. */
export interface StateOptions {
  readonly intoBackend: string;
  readonly stack?: readonly string[];
  readonly dataset?: string;
  readonly at?: string;
  readonly point?: string;
  readonly kind?: string;
  readonly asOf?: string;
  readonly site?: string;
  readonly from?: string;
  readonly store?: string[];
  readonly identity?: string[];
  readonly staging?: string;
  readonly metrics?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Shows what a restore of Pulumi's state would do, and does it when told to. */
export async function restoreToBackend(plan: Plan, options: StateOptions): Promise<ExitCode> {
  const { from, yes, json, metrics, ...rest } = options;
  const dataset = options.dataset ?? onlyState(plan);
  const how = { ...rest, folder: await folderGiven(from), say };
  const { kind = "copy", site, store } = options;
  const { intended, done } = await lookedOrDone(
    yes,
    { plan, name: "restore", kind, dataset, site, store, metricsFile: metrics },
    {
      intend: () => planRestoreState(plan, dataset, how),
      act: (intended) => restoreState(intended, how),
    },
    told,
  );
  process.stdout.write(
    json ? `${JSON.stringify(asJson(intended, done), undefined, 2)}\n` : shown(intended, done),
  );
  return 0;
}

function told({ intended: { chosen, backend, stacks } }: { readonly intended: RestoreState }): Told {
  const { copy, point, at } = chosen;
  return {
    point: point.label,
    details: { at, copy: copy.site, backend: backend.url, stacks: stacks.join(", ") },
  };
}

/** What to do with a backend that was filled: from the folder of each stack's program. */
const nextCommands = ({ backend, stacks }: RestoreState): string[][] => [
  ["pulumi", "login", backend.url],
  ...stacks.map((stack) => ["pulumi", "preview", "--stack", stack]),
];

function asJson(intended: RestoreState, done: StateRestored | undefined) {
  const { job, chosen, moment, lost, next, backend, stacks } = intended;
  return {
    ...{ plan: job.plan.name, dataset: job.dataset, kind: job.kind, restored: done !== undefined },
    ...{ point: named(chosen), at: moment?.iso ?? chosen.at, loss: lost, next: next.map(named) },
    target: { backend: backend.url, stacks },
    commands: nextCommands(intended),
    ...(done ? { result: done } : {}),
  };
}

function shown(intended: RestoreState, done: StateRestored | undefined): string {
  const { job, chosen, lost, next, backend, stacks, carriesOn } = intended;
  const { locked, changing } = chosen.point.source;
  const lines = [
    `Restoring "${job.dataset}" ${done ? "is done" : "would"}:`,
    fromLine(chosen),
    `  holds     what was written by ${chosen.at}`,
    `  without   what was written after it: ${lost}`,
    ...(locked === undefined ? [] : [`  note      an update was running on ${locked}`]),
    ...(changing === undefined ? [] : [`  note      ${changing} changed while it was captured`]),
    `  into      ${backend.url}${carriesOn ? ", where it was broken off" : ""}`,
    ...stacks.map((stack) => `            ${stack}`),
    otherwiseLine(next),
    ...(done
      ? nextCommands(intended).map((command) => `  next      ${command.join(" ")}`)
      : [nothingChanged]),
  ];
  return `${lines.join("\n")}\n`;
}
