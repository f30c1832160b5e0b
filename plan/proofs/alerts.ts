import { keptDatasets } from "../datasets.js";
import { type AgeLimit, ageLimitOf } from "../derive/alerts.js";
import type { Alert, Plan } from "../schema/index.js";
import { type Duration, humanSeconds, seconds } from "../units.js";
import type { Finding, Fix, PatchStep, Proof } from "./finding.js";
import { broken, holds, listed, risk } from "./holdings.js";
import { pointer } from "./patched.js";

/**
 * Somebody hears of a problem while there is still time: of a missed run before the RPO is lost, of a failed run or
 * verification at once, and of storage before it is full. Every bound on loss assumes that one missed run is noticed.
 */
export const alerts: Proof = (plan) => {
  const limits = new Map(
    keptDatasets(plan).flatMap(([name, dataset]) => {
      const limit = ageLimitOf(plan, dataset);
      return limit ? [[name, limit] as const] : [];
    }),
  );
  const names = keptDatasets(plan).map(([name]) => name);
  return [
    ...ages(plan, limits),
    ...missing(plan, names, "job-failed", broken),
    ...missing(plan, names, "verification-failed", risk),
    ...storage(plan),
    ...lag(plan),
    ...unheard(plan),
  ];
};

/** An age alert without a threshold takes the limit of each dataset. */
function ages(plan: Plan, limits: ReadonlyMap<string, AgeLimit>): Finding[] {
  const all = plan.alerts.flatMap((alert, index) => (alert.on === "age" ? [{ alert, index }] : []));
  const heard = new Set<string>();
  const covered = new Set<string>();
  for (const { alert } of all)
    for (const name of alert.datasets ?? limits.keys()) {
      covered.add(name);
      const limit = limits.get(name);
      if (limit && (alert.after === undefined || seconds(alert.after) <= limit.latest)) heard.add(name);
    }
  const late = all.flatMap(({ alert, index }) => tooLate(alert, index, limits, heard));
  const without = [...limits.keys()].filter((name) => !covered.has(name));
  if (without.length > 0)
    return [
      ...late,
      broken(
        "alerts/age",
        "alerts",
        {
          message: `nobody hears when backups of ${listed(without)} stop`,
          arithmetic: `an age alert covers ${limits.size - without.length} of ${limits.size} datasets`,
        },
        adding(plan, 'add an alert on: "age"; without after, each dataset has its own threshold', {
          on: "age",
          ...about(without, limits.size),
        }),
      ),
    ];
  const [strictest] = [...limits].toSorted(([, a], [, b]) => a.latest - b.latest);
  return late.length > 0 || !strictest
    ? late
    : [
        holds("alerts/age", "alerts", {
          message: `somebody hears of stopped backups before an RPO is lost, of all ${limits.size} datasets`,
          arithmetic: `strictest: "${strictest[0]}", ${arithmeticOf(strictest[1])}`,
        }),
      ];
}

function tooLate(
  { after, datasets }: Alert,
  index: number,
  limits: ReadonlyMap<string, AgeLimit>,
  heard: ReadonlySet<string>,
): Finding[] {
  if (after === undefined) return [];
  const missed = [...(datasets ?? limits.keys())].flatMap((name) => {
    const limit = limits.get(name);
    return limit && !heard.has(name) && seconds(after) > limit.latest ? [{ name, limit }] : [];
  });
  const [worst] = missed.toSorted((a, b) => a.limit.latest - b.limit.latest);
  if (!worst) return [];
  const { name, limit } = worst;
  const over = seconds(after) > seconds(limit.rpo);
  const threshold = durationOf(limit.latest);
  return [
    broken(
      "alerts/age",
      `alerts[${index}].after`,
      {
        message: over
          ? `an alert after ${after} comes when the RPO of ${limit.rpo} of "${name}" is lost already${missed.length > 1 ? `, and of ${missed.length - 1} more` : ""}`
          : `an alert after ${after} leaves less than ${humanSeconds(limit.react)} until the RPO of ${limit.rpo} of "${name}" is lost`,
        arithmetic: `${arithmeticOf(limit)}; the alert fires after ${after}`,
      },
      {
        sentence: `set after: "${threshold}" or less`,
        patch: [{ op: "replace", path: pointer("alerts", index, "after"), value: threshold }],
      },
    ),
  ];
}

const arithmeticOf = ({ rpo, react, latest }: AgeLimit) =>
  `RPO ${rpo} - ${humanSeconds(react)} to react = ${humanSeconds(latest)}`;

/** The largest unit that says it, rounded down: never later than it has to be. */
function durationOf(total: number): Duration {
  if (total >= 3_600 && total % 3_600 === 0) return `${total / 3_600}h`;
  return total >= 60 ? `${Math.floor(total / 60)}m` : `${Math.max(1, Math.floor(total))}s`;
}

/** A new alert for those who hear of others already; where nobody does, only people can say who is to. */
function adding({ alerts: all, escalation }: Plan, sentence: string, alert: Partial<Alert>): Fix {
  const to = all.find((other) => other.to.length > 0)?.to ?? escalation.slice(0, 1);
  if (to.length === 0) return { sentence: `${sentence}, and name in to who hears of it` };
  const value = { severity: "critical", ...alert, to };
  const patch: PatchStep[] = [{ op: "add", path: "/alerts/-", value }];
  return { sentence, patch };
}

/** Which datasets an alert is about: those named, unless it is all. */
const about = (names: readonly string[], all: number) => (names.length < all ? { datasets: [...names] } : {});

function missing(
  plan: Plan,
  names: readonly string[],
  on: "job-failed" | "verification-failed",
  say: typeof broken,
): Finding[] {
  const covered = new Set(plan.alerts.flatMap((alert) => (alert.on === on ? (alert.datasets ?? names) : [])));
  const without = names.filter((name) => !covered.has(name));
  const what = on === "job-failed" ? "a backup job" : "a verification";
  const arithmetic = `an alert on "${on}" covers ${names.length - without.length} of ${names.length} datasets`;
  if (without.length === 0)
    return names.length === 0
      ? []
      : [holds(`alerts/${on}`, "alerts", { message: `somebody hears when ${what} fails`, arithmetic })];
  return [
    say(
      `alerts/${on}`,
      "alerts",
      { message: `nobody hears when ${what} of ${listed(without)} fails`, arithmetic },
      adding(plan, `add an alert on: "${on}"`, { on, ...about(without, names.length) }),
    ),
  ];
}

/** A full store stops every backup; it has to be told while there is room for some more. */
function storage(plan: Plan): Finding[] {
  const soon = plan.alerts.flatMap(({ on, percent }) =>
    on === "storage" && (percent ?? 80) <= 90 ? [percent ?? 80] : [],
  );
  if (soon.length > 0)
    return [
      holds("alerts/storage", "alerts", {
        message: "somebody hears before storage is full",
        arithmetic: `at ${soon.toSorted((a, b) => a - b).join(" % and ")} %`,
      }),
    ];
  return [
    risk(
      "alerts/storage",
      "alerts",
      { message: "nobody hears before storage is full", arithmetic: "alerts on storage at 90 % or less: 0" },
      adding(plan, 'add an alert on: "storage" at 80 percent', {
        on: "storage",
        percent: 80,
        severity: "warning",
      }),
    ),
  ];
}

/** A replica that stays behind is no replica; the plan says from when on. */
function lag(plan: Plan): Finding[] {
  const with_ = keptDatasets(plan).flatMap(([name, { backups }]) =>
    backups.some(({ kind }) => kind === "replica") ? [name] : [],
  );
  const covered = new Set(
    plan.alerts.flatMap(({ on, datasets }) => (on === "lag" ? (datasets ?? with_) : [])),
  );
  const without = with_.filter((name) => !covered.has(name));
  if (without.length === 0) return [];
  return [
    risk(
      "alerts/lag",
      "alerts",
      {
        message: `nobody hears when the replica of ${listed(without)} stays behind`,
        arithmetic: `an alert on "lag" covers ${with_.length - without.length} of ${with_.length} replicated datasets`,
      },
      adding(plan, 'add an alert on: "lag"; without after, it fires beyond the lag each replica states', {
        on: "lag",
        ...about(without, with_.length),
      }),
    ),
  ];
}

function unheard({ alerts: all }: Plan): Finding[] {
  const nobody = all.flatMap(({ to, on }, index) => (to.length === 0 ? [`alerts[${index}] (${on})`] : []));
  if (nobody.length === 0) return [];
  return [
    risk(
      "alerts/to",
      "alerts",
      {
        message: `nobody is told by ${listed(nobody)}`,
        arithmetic: `${nobody.length} of ${all.length} alerts name nobody`,
      },
      { sentence: "name people or channels in to" },
    ),
  ];
}
