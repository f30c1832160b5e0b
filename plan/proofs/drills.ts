import { keptDatasets } from "../datasets.js";
import type { Drill, DrillKind, Plan, Scope } from "../schema/index.js";
import { siteOf } from "../sites.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding, Proof } from "./finding.js";
import { broken, holdingsOf, holds, listed, risk } from "./holdings.js";

/** A recovery that nobody has tried is a hope: every promise has a drill, and drills are done when they are due. */
export const drills: Proof = (plan, asOf) => [
  ...ofScopes(plan),
  ...plan.drills.flatMap((drill, index) => freshness(drill, index, asOf)),
  ...coldStorage(plan),
  ...owners(plan),
];

/** Drills that show that a scope's promise can be kept, the one to add first. */
const shows: Readonly<Record<Scope, readonly DrillKind[]>> = {
  service: ["service", "chaos", "failover", "region", "full"],
  certificates: ["restore", "service", "full"],
  database: ["restore", "failover", "region", "full"],
  node: ["service", "failover", "chaos", "restore", "full"],
  cluster: ["full", "region"],
  region: ["region", "full"],
  catastrophe: ["full"],
};
/** How often such a drill is added. */
const often: Partial<Readonly<Record<DrillKind, "30d" | "91d" | "182d">>> = {
  service: "30d",
  restore: "30d",
  region: "91d",
  full: "182d",
};

/** Where the day begins first, it begins this much before midnight UTC. */
const earliestDay = 14 * 3_600;
const year = 366 * 86_400;

function ofScopes({ objectives, drills: all }: Plan): Finding[] {
  return Object.entries(objectives.rto).flatMap(([name, rto]) => {
    const kinds = shows[name as Scope];
    const at = `objectives.rto.${name}`;
    const showing = all.filter(({ kind }) => kinds.includes(kind));
    const [most] = showing.toSorted((a, b) => seconds(a.every) - seconds(b.every));
    if (most && seconds(most.every) <= year)
      return [
        holds("drills/scope", at, {
          message: `"${name}" within ${rto} is tried in a ${most.kind} drill every ${most.every}`,
          arithmetic: `${showing.length} of ${all.length} drills show it`,
        }),
      ];
    const [kind = "full"] = kinds;
    const every = often[kind] ?? "91d";
    return [
      broken(
        "drills/scope",
        "drills",
        {
          message: `"${name}" within ${rto} is promised and ${most ? `tried only every ${most.every}` : "never tried"}`,
          arithmetic: `drills that show it (${kinds.join(", ")}) at least once a year: 0 of ${all.length}`,
        },
        {
          sentence: `add a drill of kind "${kind}" every ${every}`,
          patch: [{ op: "add", path: "/drills/-", value: { kind, every } }],
        },
      ),
    ];
  });
}

function freshness(drill: Drill, index: number, asOf: Date): Finding[] {
  const { kind, every, last } = drill;
  const at = `drills[${index}]`;
  const today = asOf.toISOString().slice(0, 10);
  if (last === undefined)
    return [
      risk(
        "drills/never",
        at,
        { message: `the ${kind} drill was never done`, arithmetic: `every ${every}; last: never` },
        { sentence: `do it, and write the day into drills[${index}].last` },
      ),
    ];
  const since = (asOf.getTime() - new Date(`${last}T00:00:00Z`).getTime()) / 1_000;
  if (since < -earliestDay)
    return [
      broken(
        "drills/future",
        at,
        {
          message: `the ${kind} drill is written down as done on a day that is still to come`,
          arithmetic: `last ${last}; as of ${today} that is in ${humanSeconds(-since)}`,
        },
        {
          sentence: `write the day on which it was last done into drills[${index}].last, or leave it out`,
          patch: [{ op: "remove", path: `/drills/${index}/last` }],
        },
      ),
    ];
  // A drill has its whole day: it is overdue from the day after.
  const late = since - seconds(every) - 86_400;
  const arithmetic = `last ${last}, every ${every}; as of ${today} ${since < 86_400 ? "that is today" : `that was ${humanSeconds(since)} ago`}`;
  if (late < 0)
    return [holds("drills/fresh", at, { message: `the ${kind} drill was done when it was due`, arithmetic })];
  return [
    broken(
      "drills/overdue",
      at,
      { message: `the ${kind} drill is overdue by ${humanSeconds(Math.max(1, late))}`, arithmetic },
      { sentence: `do it, and write the day into drills[${index}].last` },
    ),
  ];
}

const quarter = 92 * 86_400;

/** What lies in a cold tier is read back at least quarterly. */
function coldStorage(plan: Plan): Finding[] {
  const cold = new Set(
    Object.keys(plan.sites).filter((name) => {
      const site = siteOf(plan, name);
      return site.kind === "object-store" && site.tier === "cold";
    }),
  );
  if (cold.size === 0) return [];
  const there = keptDatasets(plan).flatMap(([name, dataset]) =>
    holdingsOf(dataset).some(({ site }) => cold.has(site)) ? [name] : [],
  );
  const covered = new Set(
    plan.drills
      .filter(({ kind, every }) => kind === "cold-storage" && seconds(every) <= quarter)
      .flatMap(({ datasets }) => datasets ?? there),
  );
  const without = there.filter((name) => !covered.has(name));
  const arithmetic = `cold: ${listed([...cold])}; drills of kind "cold-storage" at least every 92 days cover ${there.length - without.length} of ${there.length} datasets there`;
  if (without.length === 0)
    return [
      holds("drills/cold-storage", "drills", {
        message: "what lies in cold storage is read back at least quarterly",
        arithmetic,
      }),
    ];
  return [
    broken(
      "drills/cold-storage",
      "drills",
      { message: `nobody reads back what lies in cold storage of ${listed(without)}`, arithmetic },
      {
        sentence: 'add a drill of kind "cold-storage" every 91 days',
        patch: [{ op: "add", path: "/drills/-", value: { kind: "cold-storage", every: "91d" } }],
      },
    ),
  ];
}

function owners({ people, drills: all }: Plan): Finding[] {
  const without = all.flatMap(({ owner, kind }, index) =>
    owner === undefined ? [`drills[${index}] (${kind})`] : [],
  );
  if (Object.keys(people).length === 0 || without.length === 0) return [];
  return [
    risk(
      "drills/owner",
      "drills",
      {
        message: `nobody is to do ${listed(without)}`,
        arithmetic: `${without.length} of ${all.length} drills have no owner`,
      },
      { sentence: `set owner to one of ${listed(Object.keys(people))}` },
    ),
  ];
}
