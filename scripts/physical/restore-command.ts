import type { Replayed } from "../../engines/postgres/host/replay.js";
import { targetInWords } from "../../engines/postgres/host/target.js";
import type { Plan } from "../../plan/index.js";
import type { ExitCode } from "../command.js";
import { lookedOrDone } from "../operation/looked-or-done.js";
import type { Told } from "../operation/operation.js";
import { wholeGiven } from "../options.js";
import { onlyDataset } from "../sealed/restore-command.js";
import { verifiedInWords } from "../sealed/rows.js";
import { nothingChanged, nothingChangedSealed, say } from "../ui/say.js";
import { type FolderPlan, type FolderWish, planFolderRestore, restoreFolder } from "./restore.js";

/** What `restore` is told about a folder. */
export interface FolderOptions extends Omit<FolderWish, "into" | "timeline"> {
  readonly intoFolder: string;
  /** As it was given, for the commands that come next. */
  readonly planFile: string;
  readonly dataset?: string;
  readonly timeline?: string;
  readonly metrics?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Shows what a restore into a data folder would do, and does it when told to. */
export async function restoreToFolder(plan: Plan, options: FolderOptions): Promise<ExitCode> {
  const { intoFolder: into, planFile, timeline, yes, json, metrics, ...rest } = options;
  const dataset = options.dataset ?? onlyDataset(plan);
  const wish = {
    ...{ ...rest, into },
    ...(timeline === undefined ? {} : { timeline: wholeGiven("--timeline", timeline, 1) }),
  };
  const { site, store } = options;
  const { intended, done } = await lookedOrDone(
    yes,
    { plan, name: "restore", kind: "physical", dataset, site, store, metricsFile: metrics },
    {
      intend: () => planFolderRestore(plan, dataset, wish),
      act: (intended) => restoreFolder(intended, say),
    },
    told,
  );
  process.stdout.write(
    json ? `${JSON.stringify(asJson(intended, done), undefined, 2)}\n` : shown(intended, done, planFile),
  );
  return 0;
}

const told = ({ intended: { point, target, wish } }: { readonly intended: FolderPlan }): Told => ({
  point: point.label,
  details: { upTo: targetInWords(target), copy: point.site, epoch: point.epoch, folder: wish.into },
});

const asJson = ({ of, point, next, target, wish }: FolderPlan, done: Replayed | undefined) => ({
  ...{ plan: of.plan.name, dataset: of.dataset, restored: done !== undefined },
  ...{ point, next, target, folder: wish.into },
  ...(done ? { result: done } : {}),
});

function shown(
  { of, point, next: [other], target, wish, source }: FolderPlan,
  done: Replayed | undefined,
  planFile: string,
): string {
  const otherwise = other
    ? `${other.label} of epoch ${other.epoch} at ${other.site}, ended ${other.finishedAt}`
    : wish.point === undefined
      ? "there is no other point"
      : "nothing: --point names this one";
  const needsIdentity = of.plan.keys.provider === "age" && wish.identity === undefined;
  const lines = [
    `Restoring "${of.dataset}" ${done ? "is done" : "would"}:`,
    `  from      ${point.label} of epoch ${point.epoch} at ${point.site}, ended ${point.finishedAt}, ${verifiedInWords(point.verification)}`,
    `  up to     ${targetInWords(target)}`,
    `  into      ${wish.into}, for PostgreSQL ${source.version}, system ${source.systemIdentifier}`,
    `  otherwise ${otherwise}`,
    ...(done
      ? [
          `  holds     ${done.lastCommit === undefined ? "what the backup holds" : `what was committed until ${done.lastCommit}`}; timeline ${done.timeline}`,
          `It is shut down, and archives nowhere. As its owner: pg_ctl -D ${wish.into} start`,
          `Then: secondsite archive ${planFile} ${of.dataset} --new-epoch --identity <file> --yes`,
        ]
      : [needsIdentity ? nothingChangedSealed : nothingChanged]),
  ];
  return `${lines.join("\n")}\n`;
}
