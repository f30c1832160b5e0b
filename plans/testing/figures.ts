import type { Plan } from "../../plan/index.js";
import messenger from "../as-documented/airgapped-messenger.js";
import invoicing from "../as-documented/invoicing.js";
import chat from "../as-documented/kubernetes-chat.js";
import mesh from "../as-documented/multi-vps.js";
import desk from "../as-documented/support-desk.js";
import { errorsIn, identity, patched } from "./findings.js";

const everyDisaster = ["operator-error", "database", "region", "account", "provider"];
/** The RPO of a dataset missed in some disasters. */
export const missed = (dataset: string, among: readonly string[] = everyDisaster): string[] =>
  among.map((disaster) => `rpo/${disaster} datasets.${dataset}.backups ${disaster}`);

const [minute, hour, day] = [60, 3_600, 86_400];
/** Seconds for so many MiB at 100 MiB a second, which is what sites and disks are assumed to do. */
const moving = (mebibytes: number) => mebibytes / 100;
const GiB = 1_024;

/** Lost by runs at worst: two intervals, because one is missed, and the time until the next is stored. */
const lostByRuns = (every: number, late: number, deadline: number, stored: number) =>
  2 * every + late + deadline + stored;
/** The longest interval that keeps an objective. */
const longestInterval = (rpo: number, late: number, deadline: number, stored: number) =>
  (rpo - late - deadline - stored) / 2;

/** A systemd timer is late by up to a minute; between two runs that counts twice. */
const timer = 2 * minute;
const interval = (deadline: string) => (every: string) => ({
  kind: "interval",
  every,
  runner: "systemd",
  deadline,
});

/** A figure of a source, where it stands, and what it may be at most. */
export interface Moved {
  readonly figure: string;
  readonly plan: Plan;
  /** Identity of the finding. */
  readonly finding: string;
  /** JSON Pointer of the figure. */
  readonly place: string;
  /** Seconds that just keep the promise: one second more breaks it, or less where the figure is the promise itself. */
  readonly threshold: number;
  /** The figure is an objective: more of it is easier. */
  readonly promise?: true;
  /** What is written at the place, of a duration. @default the duration */
  readonly written?: (duration: string) => unknown;
}

/** A plan with the patch of one of its findings. */
function with_(plan: Plan, finding: string): Plan {
  const found = errorsIn(plan).find((each) => identity(each) === finding);
  if (!found) throw new Error(`plan "${plan.name}" has no finding ${finding}`);
  return patched(plan, found);
}

const [authLost] = missed("auth");
const [invoicesLost] = missed("invoices");
/** Thresholds by arithmetic of their own: nothing of it comes from the proofs. */
export const figures: readonly Moved[] = [
  ...(
    [
      ["auth", 2 * GiB],
      ["messaging", 20 * GiB],
      ["channels", 5 * GiB],
    ] as const
  ).map(
    ([name, size]): Moved => ({
      figure: `A1: the interval of ${name}`,
      plan: messenger,
      finding: missed(name)[0] ?? "",
      place: `/datasets/${name}/backups/0/schedule/every`,
      threshold: longestInterval(hour, timer, 10 * minute, moving(size)),
    }),
  ),
  {
    figure: "A1: the hour, for daily accounts",
    plan: messenger,
    finding: missed("auth")[0] ?? "",
    place: "/objectives/rpo",
    promise: true,
    threshold: lostByRuns(day, timer, 10 * minute, moving(2 * GiB)),
  },
  {
    figure: "A1: the interval of files, of which what changed since is copied",
    plan: messenger,
    finding: missed("files")[0] ?? "",
    place: "/datasets/files/backups/0/schedule/every",
    // Two intervals' changes, and what the timer is late: 2t + timer + deadline + (2t + timer) · rate = an hour.
    threshold: (hour - 10 * minute) / (2 * (1 + moving(5 * GiB) / day)) - timer / 2,
  },
  {
    figure: "A1: Raft data by the clock instead of before upgrades",
    plan: messenger,
    finding: missed("raft")[0] ?? "",
    place: "/datasets/raft/backups/0/schedule",
    threshold: longestInterval(hour, timer, 10 * minute, moving(GiB)),
    written: interval("10m"),
  },
  {
    figure: "B1: the day between dumps",
    plan: desk,
    finding: missed("tickets")[0] ?? "",
    place: "/datasets/tickets/backups/0/schedule",
    threshold: longestInterval(day, timer, hour, moving(20 * GiB) * 2),
    written: interval("1h"),
  },
  {
    figure: "B1: the day that may be lost",
    plan: desk,
    finding: missed("tickets")[0] ?? "",
    place: "/objectives/rpo",
    promise: true,
    threshold: lostByRuns(day, 5 * minute, hour, moving(20 * GiB) * 2),
  },
  {
    figure: "B1: the alert's 25 hours, less the hour until on-call looks",
    plan: desk,
    finding: "alerts/age alerts[2].after",
    place: "/alerts/2/after",
    threshold: day - hour,
  },
  {
    figure: "C1: the log's hour, on a physical backup",
    plan: with_(chat, "point-in-time/base datasets.messages.backups[1]"),
    finding: missed("messages")[0] ?? "",
    place: "/datasets/messages/backups/1/within",
    threshold: 5 * minute,
  },
  {
    figure: "C1: the alert's 36 hours, less a quarter of the objective to react",
    plan: chat,
    finding: "alerts/age alerts[2].after",
    place: "/alerts/2/after",
    threshold: (5 * minute * 3) / 4,
  },
  {
    figure: "C1: two hours for new infrastructure, when the database is lost",
    plan: chat,
    finding: "rto/database objectives.rto.database database",
    place: "/recovery/provisioning",
    // Check, decision, restore, lease, verification, start, check, TTL.
    threshold: hour - (30 + 10 * minute + moving(10 * GiB) + 65 + moving(10 * GiB) + 30 + 30 + minute),
  },
  ...(["cluster", "region"] as const).map(
    (scope): Moved => ({
      figure: `C1: two hours for new infrastructure, when the ${scope} is lost`,
      plan: chat,
      finding: `rto/${scope} objectives.rto.${scope} ${scope === "cluster" ? "database" : "region"}`,
      place: "/recovery/provisioning",
      // Check, decision, configuration, database and records, lease, database read, start, check, TTL.
      threshold:
        hour - (30 + 10 * minute + moving(21) + moving(11 * GiB) + 65 + moving(10 * GiB) + 30 + 30 + minute),
    }),
  ),
  {
    figure: "D4: the authentication class's five minutes, for hourly dumps",
    plan: mesh,
    finding: authLost ?? "",
    place: "/objectives/classes/authentication/rpo",
    promise: true,
    threshold: lostByRuns(hour, 5 * minute, 30 * minute, moving(5 * GiB)),
  },
  {
    figure: "D4: what streams instead",
    plan: with_(mesh, authLost ?? ""),
    finding: authLost ?? "",
    place: "/datasets/auth/backups/3/within",
    threshold: 5 * minute,
  },
  {
    figure: "D4: the content class's hour, for hourly dumps",
    plan: mesh,
    finding: missed("ghost")[0] ?? "",
    place: "/objectives/classes/content/rpo",
    promise: true,
    threshold: lostByRuns(hour, 5 * minute, 30 * minute, moving(5 * GiB)),
  },
  {
    figure: "D4: the content class's hour, for daily files, of which what changed since is copied four times",
    plan: mesh,
    finding: missed("ghost-content")[0] ?? "",
    place: "/objectives/classes/content/rpo",
    promise: true,
    threshold: lostByRuns(day, 5 * minute, hour, 4 * moving((500 * (2 * day + 5 * minute)) / day)),
  },
  {
    figure: "D4: the analytics class's day, for daily dumps",
    plan: mesh,
    finding: missed("analytics")[0] ?? "",
    place: "/objectives/classes/analytics/rpo",
    promise: true,
    threshold: lostByRuns(day, 5 * minute, hour, moving(20 * GiB)),
  },
  {
    figure: "D4: the day between analytics dumps",
    plan: mesh,
    finding: missed("analytics")[0] ?? "",
    place: "/datasets/analytics/backups/0/schedule",
    threshold: longestInterval(day, timer, hour, moving(20 * GiB)),
    written: interval("1h"),
  },
  {
    figure: "E1: the hour, for daily dumps",
    plan: invoicing,
    finding: invoicesLost ?? "",
    place: "/objectives/rpo",
    promise: true,
    threshold: lostByRuns(day, 5 * minute, hour, moving(10 * GiB) * 3),
  },
  {
    figure: "E1: the archived log that closes it",
    plan: with_(invoicing, invoicesLost ?? ""),
    finding: invoicesLost ?? "",
    place: "/datasets/invoices/backups/1/within",
    threshold: hour,
  },
];
