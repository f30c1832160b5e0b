import { applyPatch } from "rfc6902";
import { describe, expect, test } from "vitest";

import { type Plan, parsePlan } from "../plan/index.js";
import { prove } from "../plan/proofs/index.js";
import messenger from "./as-documented/airgapped-messenger.js";
import invoicing from "./as-documented/invoicing.js";
import chat from "./as-documented/kubernetes-chat.js";
import mesh from "./as-documented/multi-vps.js";
import desk from "./as-documented/support-desk.js";
import { asOf, brokenIn, errorsIn, identity, patched } from "./testing/findings.js";
import { harmDone } from "./testing/unharmed.js";

const plans = [messenger, desk, chat, mesh, invoicing];

const everyDisaster = ["operator-error", "database", "region", "account", "provider"];
/** The RPO of a dataset missed in some disasters. */
const missed = (dataset: string, among: readonly string[] = everyDisaster) =>
  among.map((disaster) => `rpo/${disaster} datasets.${dataset}.backups ${disaster}`);

test.each<[string, Plan, string[]]>([
  [
    "A1: daily files, daily accounts, Raft before upgrades only: each misses an hour; so does hourly with a miss",
    messenger,
    ["auth", "messaging", "channels", "files", "raft"].flatMap((name) =>
      missed(name, everyDisaster.slice(0, 3)),
    ),
  ],
  [
    "B1: daily misses a day, and the alert at 25 hours comes too late",
    desk,
    [...missed("tickets"), "alerts/age alerts[2].after"],
  ],
  [
    "C1: hourly log misses minutes, log on dumps has no point in time, scenarios miss the hour, the alert guards nothing",
    chat,
    [
      ...missed("messages", everyDisaster.slice(0, 3)),
      "point-in-time/base datasets.messages.backups[1]",
      "rto/cluster objectives.rto.cluster database",
      "rto/region objectives.rto.region region",
      "alerts/age alerts[2].after",
    ],
  ],
  [
    "D4: hourly accounts, hourly content and daily analytics miss their classes; nothing carries transactions",
    mesh,
    [
      ...missed("auth"),
      ...missed("ghost"),
      ...missed("ghost-content"),
      ...missed("analytics", ["operator-error", "database"]),
      "coverage/class objectives.classes.transactions",
    ],
  ],
  ["E1: daily misses the hour", invoicing, missed("invoices", everyDisaster.slice(0, 4))],
])("%s", (_, plan, named) => {
  expect(brokenIn(plan)).toEqual(expect.arrayContaining(named));
});

/** A plan with one place changed, under another name. */
function moved(plan: Plan, place: string, value: unknown): Plan {
  const json = { ...structuredClone(plan), name: "another" };
  const failed = applyPatch(json, [{ op: "replace", path: place, value }]).find((error) => error !== null);
  if (failed) throw failed;
  return parsePlan(json);
}

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

interface Moved {
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
const figures: Moved[] = [
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

describe("each figure decides, under any name of the plan", () => {
  test.each(figures)("$figure", ({ plan, finding, place, threshold, promise, written = (text) => text }) => {
    const at = (seconds: number) => brokenIn(moved(plan, place, written(`${seconds}s`)));
    const [inside, outside] = promise
      ? [Math.ceil(threshold), Math.ceil(threshold) - 1]
      : [Math.floor(threshold), Math.floor(threshold) + 1];

    expect(at(inside)).not.toContain(finding);
    expect(at(outside)).toContain(finding);
  });
});

describe.each(plans)("fixes of $name", (plan) => {
  const found = prove(plan, asOf).filter(({ severity }) => severity !== "info");
  const known = new Set(brokenIn(plan));
  const fixes = new Map<string, typeof found>();
  for (const finding of found) {
    const patch = JSON.stringify(finding.fix?.patch ?? null);
    if (patch !== "null") fixes.set(patch, [...(fixes.get(patch) ?? []), finding]);
  }

  test("every error can be mended in the plan", () => {
    expect(
      errorsIn(plan)
        .filter(({ fix }) => !fix?.patch)
        .map(identity),
    ).toEqual([]);
  });

  test.each([...fixes.values()].map((same) => ({ same, name: same.map(identity).join(", ") })))(
    "$name: the patch removes it, adds no error and takes nothing",
    ({ same }) => {
      const [first] = same;
      if (!first) throw new Error("no finding");
      const after = patched(plan, first);
      const left = prove(after, asOf).filter(({ severity }) => severity !== "info");

      expect(harmDone(plan, after)).toEqual([]);
      expect(left.map(identity).filter((each) => same.map(identity).includes(each))).toEqual([]);
      expect(
        left.filter((each) => each.severity === "error" && !known.has(identity(each))).map(identity),
      ).toEqual([]);
    },
  );

  test("applied in turn, they leave no error", () => {
    let now = plan;
    for (let [next] = errorsIn(now), turns = 0; next?.fix?.patch && turns < 50; turns += 1) {
      now = patched(now, next);
      [next] = errorsIn(now);
    }

    expect(brokenIn(now)).toEqual([]);
    expect(harmDone(plan, now)).toEqual([]);
  });
});
