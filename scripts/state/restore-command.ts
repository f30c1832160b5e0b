import type { StateRestored } from "../../engines/pulumi-state/index.js";
import type { Plan } from "../../plan/index.js";
import type { ExitCode } from "../command.js";
import { recorded, type Told } from "../operation/recorded.js";
import { folderGiven } from "../sealed/options.js";
import { say } from "../ui/say.js";
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
  const intend = () => planRestoreState(plan, dataset, how);
  const { kind = "copy", site, store } = options;
  const { intended, done } = yes
    ? await recorded(
        { plan, name: "restore", kind, dataset, site, store, metricsFile: metrics },
        async () => {
          const chosen = await intend();
          return { intended: chosen, done: await restoreState(chosen, how) };
        },
        told,
      )
    : { intended: await intend(), done: undefined };
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
  const named = ({ copy, point, at }: RestoreState["chosen"]) => ({
    site: copy.site,
    label: point.label,
    at,
  });
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
  const { copy, point, at, verification } = chosen;
  const verified = verification
    ? `verified ${verification.at}, ${verification.level}`
    : "never verified before";
  const [other] = next;
  const { locked, changing } = point.source;
  const lines = [
    `Restoring "${job.dataset}" ${done ? "is done" : "would"}:`,
    `  from      ${point.label} at ${copy.site}, ${verified}`,
    `  holds     what was written by ${at}`,
    `  without   what was written after it: ${lost}`,
    ...(locked === undefined ? [] : [`  note      an update was running on ${locked}`]),
    ...(changing === undefined ? [] : [`  note      ${changing} changed while it was captured`]),
    `  into      ${backend.url}${carriesOn ? ", where it was broken off" : ""}`,
    ...stacks.map((stack) => `            ${stack}`),
    `  otherwise ${other ? `${other.point.label} at ${other.copy.site}, of ${other.at}` : "there is no other point"}`,
    ...(done
      ? nextCommands(intended).map((command) => `  next      ${command.join(" ")}`)
      : ["Nothing was changed. Add --yes to act."]),
  ];
  return `${lines.join("\n")}\n`;
}
