import type { Plan } from "../../../plan/index.js";
import messenger from "../../as-documented/airgapped-messenger.js";
import invoicing from "../../as-documented/invoicing.js";
import chat from "../../as-documented/kubernetes-chat.js";
import mesh from "../../as-documented/multi-vps.js";
import { errorsIn, identity, patched } from "../findings.js";
import { GiB, hour, longestInterval, minute, moving } from "./arithmetic.js";
import { backup, missed } from "./moved.js";

/** A figure that a fix brings in, or whose finding shows only once another is mended. */
export interface AfterFix {
  readonly what: string;
  /** The plan as documented, with the fix. */
  readonly plan: Plan;
  /** Identity of the finding that the figure decides about. */
  readonly finding: string;
  /** JSON Pointer of the figure. */
  readonly place: string;
  /** The most seconds that keep the promise. */
  readonly most: number;
}

/** A plan with the patch of one of its findings. */
function mended(plan: Plan, finding: string): Plan {
  const found = errorsIn(plan).find((each) => identity(each) === finding);
  if (!found) throw new Error(`plan "${plan.name}" has no finding ${finding}`);
  return patched(plan, found);
}

/** A plan with another schedule for Raft data. */
function byTheClock(plan: Plan): Plan {
  const changed = structuredClone(plan);
  const [snapshots] = changed.datasets.raft?.kind === "raft" ? changed.datasets.raft.backups : [];
  if (!snapshots || !("schedule" in snapshots)) throw new Error(`plan "${plan.name}" makes no snapshots`);
  snapshots.schedule = { kind: "interval", every: "1h", runner: "systemd", deadline: "10m" };
  return changed;
}

const first = (dataset: string): string => missed(dataset)[0] ?? "";

export const afterFixes: readonly AfterFix[] = [
  {
    what: "A1: Raft data by the clock instead of before upgrades",
    plan: byTheClock(messenger),
    finding: first("raft"),
    place: backup("raft", 0, "schedule/every"),
    most: longestInterval(hour, { deadline: 10 * minute, stored: moving(GiB) }),
  },
  {
    what: "C1: the log's hour, on a physical backup",
    plan: mended(chat, "point-in-time/base datasets.messages.backups[1]"),
    finding: first("messages"),
    place: backup("messages", 1, "within"),
    most: 5 * minute,
  },
  {
    what: "D4: what streams beside hourly dumps of accounts",
    plan: mended(mesh, first("auth")),
    finding: first("auth"),
    place: backup("auth", 3, "within"),
    most: 5 * minute,
  },
  {
    what: "E1: the archived log that closes the hour",
    plan: mended(invoicing, first("invoices")),
    finding: first("invoices"),
    place: backup("invoices", 1, "within"),
    most: hour,
  },
];
