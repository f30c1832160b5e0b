import { type Plan, seconds } from "../../../plan/index.js";
import type { Scope } from "../../../plan/schema/index.js";
import { mayLose } from "./data.js";
import {
  accountOf,
  datasetsOf,
  type Found,
  ownerOf,
  providerOf,
  regionOf,
  siteAt,
  sitesOf,
  stored,
} from "./places.js";

const disasters = ["operator-error", "database", "region", "account", "provider"] as const;
const day = 86_400;

/** Seconds after which an age has to have been told: a decision, or a quarter of the objective, is left to react. */
function latest(plan: Plan, name: string): number | undefined {
  const [, dataset] = datasetsOf(plan).find(([each]) => each === name) ?? [];
  if (!dataset) return undefined;
  const followed = dataset.backups.some(({ kind }) => kind === "replica");
  const strictest = Math.min(
    ...disasters
      .filter((disaster) => !followed || disaster === "operator-error")
      .map((disaster) => mayLose(plan, dataset, disaster) ?? Number.POSITIVE_INFINITY),
  );
  return strictest - Math.min(seconds(plan.recovery.decision), strictest / 4);
}

/** Nobody hears, or too late. */
export function unheard(plan: Plan): Found {
  const names = datasetsOf(plan).map(([name]) => name);
  const ages = plan.alerts.flatMap((alert, index) => (alert.on === "age" ? [{ alert, index }] : []));
  const covers = ({ datasets }: Plan["alerts"][number]) => datasets ?? names;
  const inTime = (alert: Plan["alerts"][number], name: string) =>
    alert.after === undefined || seconds(alert.after) <= (latest(plan, name) ?? Number.POSITIVE_INFINITY);
  const late = ages.filter(({ alert }) =>
    covers(alert).some(
      (name) =>
        !inTime(alert, name) &&
        !ages.some((other) => covers(other.alert).includes(name) && inTime(other.alert, name)),
    ),
  );
  return [
    ...late.map(({ index }) => `alerts/age alerts[${index}].after`),
    ...(names.every((name) => ages.some(({ alert }) => covers(alert).includes(name)))
      ? []
      : ["alerts/age alerts"]),
    ...(plan.alerts.some(({ on }) => on === "job-failed") ? [] : ["alerts/job-failed alerts"]),
  ];
}

/** Drills that try a scope's recovery. */
const tries: Readonly<Record<Scope, readonly string[]>> = {
  service: ["service", "chaos", "failover", "region", "full"],
  certificates: ["restore", "service", "full"],
  database: ["restore", "failover", "region", "full"],
  node: ["service", "failover", "chaos", "restore", "full"],
  cluster: ["full", "region"],
  region: ["region", "full"],
  catastrophe: ["full"],
};

/** A promise that nobody tries within a year, copies that nobody reads within a month, cold ones within a quarter. */
export function untried(plan: Plan): Found {
  const done = (kinds: readonly string[], within: number) =>
    plan.drills.some(({ kind, every }) => kinds.includes(kind) && seconds(every) <= within);
  const scopes = Object.keys(plan.objectives.rto) as Scope[];
  const cold = datasetsOf(plan).some(([, dataset]) =>
    stored(dataset).some(({ backup }) =>
      sitesOf(backup).some((name) => {
        const site = siteAt(plan, name);
        return site.kind === "object-store" && site.tier === "cold";
      }),
    ),
  );
  return [
    ...(scopes.every((scope) => done(tries[scope], 366 * day)) ? [] : ["drills/scope drills"]),
    ...(done(["integrity", "restore", "full"], 31 * day) ? [] : ["copies/zero-errors drills"]),
    ...(cold && !done(["cold-storage"], 92 * day) ? ["drills/cold-storage drills"] : []),
  ];
}

/** Keys that are shared, or that are gone with what they open. */
export function keysLost(plan: Plan): Found {
  const shared: Found = Object.entries(plan.keys.categories).flatMap(([category, { sharedWith }]) =>
    sharedWith === undefined ? [] : [`keys/shared keys.categories.${category}.sharedWith`],
  );
  if (plan.keys.recovery) return shared;
  const promised = datasetsOf(plan).some(([, dataset]) =>
    (["account", "provider"] as const).some((disaster) => mayLose(plan, dataset, disaster) !== undefined),
  );
  const elsewhere = datasetsOf(plan).flatMap(([, dataset]) =>
    plan.keys.provider === "kms" &&
    stored(dataset).some(({ backup }) =>
      sitesOf(backup).some((site) => accountOf(plan, site) !== accountOf(plan, dataset.at)),
    )
      ? [`keys/account keys.categories.${dataset.category}`]
      : [],
  );
  return [...shared, ...elsewhere, ...(promised ? ["keys/recovery keys.recovery"] : [])];
}

/** Somebody who deletes copies with a password alone, or who also changes what they are copies of. */
export const tooMuchPower = (plan: Plan): Found =>
  Object.entries(plan.access).flatMap(([name, { deletes, writes, multiFactor }]) =>
    deletes.length === 0
      ? []
      : [
          ...(multiFactor ? [] : [`blast-radius/multi-factor access.${name}.multiFactor`]),
          ...(writes.length > 0 ? [`blast-radius/identity access.${name}`] : []),
        ],
  );

/** What recovery needs and nobody says where it is. */
export function unclosed(plan: Plan): Found {
  const kinds = Object.values(plan.sites).map(({ kind }) => kind);
  const provisioned = kinds.some((kind) => kind === "aws-region" || kind === "vps");
  const cloud = provisioned || kinds.includes("object-store");
  const needs = [
    ...(provisioned ? ["state", "state-secrets", "plugins"] : []),
    ...(cloud ? ["identity", "sign-on"] : []),
    ...["registry", "control-plane", "secrets", "packages"],
    ...(plan.keys.recovery ? [] : ["keys"]),
  ];
  return needs.flatMap((need) => {
    const declared = plan.closure[need as keyof Plan["closure"]];
    if (declared?.outside !== undefined) return [];
    const gone = !declared || lossesOf(plan).some((isGone) => declared.at.every(isGone));
    return gone ? [`closure/${need} closure.${need}`] : [];
  });
}

/** What each promised loss of a region, an account or a provider takes. */
function lossesOf(plan: Plan): ((site: string) => boolean)[] {
  const homes = [...new Set(datasetsOf(plan).map(([, { at }]) => at))];
  const promised = (disaster: "region" | "account" | "provider") =>
    datasetsOf(plan).some(([, dataset]) => mayLose(plan, dataset, disaster) !== undefined);
  const region = (name: string) => regionOf(siteAt(plan, name));
  const provider = (name: string) => ownerOf(plan, name);
  return homes.flatMap((home) => {
    const own = siteAt(plan, home).kind === "premises";
    return [
      ...(promised("region") ? [(site: string) => region(site) === region(home)] : []),
      ...(promised("account") && !own
        ? [(site: string) => accountOf(plan, site) === accountOf(plan, home)]
        : []),
      ...(promised("provider") && !own ? [(site: string) => provider(site) === provider(home)] : []),
    ];
  });
}

/** Stores that refuse the second of two writes under one condition, as their providers say. */
const refusesSecond = new Set(["aws", "cloudflare"]);

/** A lease that two sites could hold at once, or that is lost together with a site that serves. */
export function unsafeLease(plan: Plan): Found {
  if (!plan.lease) return [];
  const witness = siteAt(plan, plan.lease.witness);
  const besideOne = Object.values(plan.sites).some(
    (site) => "role" in site && regionOf(site) === regionOf(witness),
  );
  return [
    ...(refusesSecond.has(providerOf(witness)) ? [] : ["compatibility/lease lease.witness"]),
    ...(besideOne ? ["lease/witness lease.witness"] : []),
  ];
}
