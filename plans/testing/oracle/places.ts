import {
  type Backup,
  bytes,
  type KeptDataset,
  keptDatasets,
  type Plan,
  type Site,
  seconds,
} from "../../../plan/index.js";

/**
 * What the predicates agree on, written from the definitions in the documents and from nothing in the proofs: which
 * sites share a fate, which copies restore alone, how far runs are apart.
 */

export type Stored = Exclude<Backup, { kind: "replica" }>;
/** Identities of findings: rule, place, disaster. */
export type Found = string[];

export const siteAt = (plan: Plan, name: string): Site => {
  const site = plan.sites[name];
  if (!site) throw new Error(`no site "${name}"`);
  return site;
};

export const isOwnHardware = ({ kind }: Site): boolean => kind === "premises" || kind === "vps";
/** Whose kind of store or server it is. */
export const providerOf = (site: Site): string =>
  site.kind === "aws-region" ? "aws" : "provider" in site ? site.provider : "own";
/** Who could close it; MinIO is a program, and those are whoever runs it. */
const hostOf = (site: Site): string =>
  site.kind === "object-store" && site.provider === "minio" ? (site.hostedBy ?? "own") : providerOf(site);
export const regionOf = (site: Site): string =>
  "region" in site
    ? hostOf(site) === "own"
      ? site.region // a location
      : `${hostOf(site)} ${site.region}`
    : site.location;
export const accountOf = (plan: Plan, name: string): string => {
  const site = siteAt(plan, name);
  if (!("account" in site)) return `own ${name}`;
  return `${hostOf(site) === "own" ? providerOf(site) : hostOf(site)} ${site.account}`;
};
/** Who, if they are gone, take a site along; own hardware goes alone. */
export const ownerOf = (plan: Plan, name: string): string => {
  const host = hostOf(siteAt(plan, name));
  return host === "own" ? `own ${name}` : host;
};

export const stored = ({ backups }: KeptDataset): { backup: Stored; index: number }[] =>
  backups.flatMap((backup, index) => (backup.kind === "replica" ? [] : [{ backup, index }]));
export const sitesOf = ({ direct, replicated }: Stored): string[] => [...direct, ...replicated];
export const restoresAlone = ({ kind }: Backup): boolean => !["wal", "binlog", "replica"].includes(kind);

export const datasetsOf = (plan: Plan): [string, KeptDataset][] => keptDatasets(plan);
export const speed = (size: KeptDataset["size"], rate: KeptDataset["size"]): number =>
  bytes(size) / bytes(rate);

/** Starts of the cron expressions that the plans and their mutants use, hours apart: the longest gap. */
const gapHours: Readonly<Record<string, number>> = {
  "* * *": 24,
  "* * 0": 7 * 24,
};

/** Seconds between two starts when the one between was missed; undefined for what no clock starts. */
export function missedGap(backup: Stored): number | undefined {
  if (!("schedule" in backup) || backup.schedule.kind === "event") return undefined;
  if (backup.schedule.kind === "interval") return 2 * seconds(backup.schedule.every);
  const [, hour = "", ...days] = backup.schedule.cron.split(" ");
  const every = hour === "*" ? 1 : /^\*\/(\d+)$/.exec(hour)?.[1];
  const gap = every === undefined ? gapHours[days.join(" ")] : Number(every);
  if (gap === undefined) throw new Error(`how far is "${backup.schedule.cron}" apart?`);
  return 2 * gap * 3_600;
}
