import {
  awsRegion,
  cron,
  every,
  logical,
  media,
  objectStore,
  physical,
  postgres,
  premises,
  service,
  wal,
} from "../../../builders.js";
import { parsePlan } from "../../../define.js";
import type { Plan, Scope } from "../../../schema/index.js";
import { seconds } from "../../../units.js";
import type { Finding } from "../../finding.js";
import { recoveryTimes } from "../index.js";

export const asOf = new Date("2026-01-01T00:00:00Z");
export const account = "111111111111";
const common = {
  identities: {
    deployers: [`arn:aws:iam::${account}:role/deploy`],
    breakGlass: [`arn:aws:iam::${account}:role/break-glass`],
  },
  services: { app: service({ image: "app", needs: ["rows"] }) },
};

/** Two regions of a cloud with a lease, and DNS that fails over. */
export const cloud = (rto: Partial<Record<Scope, string>>, more: object = {}): Plan =>
  parsePlan({
    ...{ name: "cloud", ...common, objectives: { rpo: "5m", rto } },
    sites: {
      virginia: awsRegion({ region: "us-east-1", account, role: "primary" }),
      oregon: awsRegion({ region: "us-west-2", account, role: "standby", mode: "pilot-light" }),
      witness: objectStore({ provider: "aws", region: "eu-west-1", account }),
    },
    datasets: {
      rows: postgres({
        ...{ at: "virginia", category: "rows", database: "rows" },
        backups: [
          physical({ schedule: cron("0 2 * * *"), keep: "30d", direct: ["virginia", "oregon"] }),
          wal({ within: "1m", keep: "7d", direct: ["virginia", "oregon"] }),
        ],
      }),
    },
    dns: { provider: "route53", zone: "app.test", name: "app.test", service: "app" },
    lease: { witness: "witness" },
    ...more,
  });

/** Own hardware at two places, a cold store, and a medium in a safe. */
export const house = (rto: Partial<Record<Scope, string>>, copies: string[], more: object = {}): Plan =>
  parsePlan({
    ...{ name: "house", ...common, objectives: { rpo: "1d", rto } },
    sites: {
      hall: premises({ location: "hall", role: "primary" }),
      far: premises({ location: "far", role: "standby" }),
      cold: objectStore({ provider: "aws", region: "eu-west-1", account, tier: "cold" }),
      safe: media({ location: "bank", every: "1d", transit: "3h" }),
    },
    datasets: {
      rows: postgres({
        ...{ at: "hall", category: "rows", database: "rows" },
        backups: [logical({ schedule: every("1h"), keep: "7d", direct: copies })],
      }),
    },
    ...more,
  });

export const found = (plan: Plan, scope: Scope): Finding => {
  const finding = recoveryTimes(plan, asOf).find(({ rule }) => rule === `rto/${scope}`);
  if (!finding) throw new Error(`no finding about ${scope}`);
  return finding;
};
export const took = (plan: Plan, scope: Scope): number => {
  const [, text = ""] = /within ((?:\d+[a-z]+ ?)+)[,;]/.exec(found(plan, scope).message) ?? [];
  return text
    .trim()
    .split(" ")
    .reduce((sum, part) => sum + seconds(part as "1s"), 0);
};
