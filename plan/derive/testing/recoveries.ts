import {
  awsRegion,
  cron,
  every,
  media,
  objectStore,
  physical,
  postgres,
  premises,
  service,
  wal,
} from "../../builders.js";
import { parsePlan } from "../../define.js";
import type { PlanInput, Scope } from "../../schema/index.js";
import { type Recovery, recoveryOf } from "../phases.js";

export const asOf = new Date("2026-01-01T00:00:00Z");

/** Own hardware at one place, a second server beside it, a cold store elsewhere, a medium in a safe. */
export const base = {
  name: "phases",
  objectives: { rpo: "1d", rto: {} },
  recovery: {
    ...{ notice: "1m", decision: "2m", provisioning: "4m" },
    ...{ restore: "10MiB", verification: "20MiB", replay: "10MiB" },
  },
  identities: {
    deployers: ["arn:aws:iam::111111111111:role/deploy"],
    breakGlass: ["arn:aws:iam::111111111111:role/break-glass"],
  },
  sites: {
    hall: premises({ location: "hall", role: "primary", nodes: 3 }),
    vault: premises({ location: "hall", role: "standby", mode: "pilot-light" }),
    far: premises({ location: "far", role: "standby", mode: "pilot-light" }),
    cold: objectStore({ provider: "aws", region: "eu-west-1", account: "111111111111", tier: "cold" }),
    safe: media({ location: "bank", every: "1d", transit: "3h" }),
  },
  datasets: {
    rows: postgres({
      ...{ at: "hall", category: "rows", database: "rows", size: "6000MiB", changes: "0B" },
      backups: [
        {
          ...{ kind: "logical", schedule: every("1h"), keep: "7d" },
          ...{ direct: ["vault"], replicated: ["far"] },
        },
      ],
    }),
  },
  services: { app: service({ image: "app", needs: ["rows"], startup: "10s" }) },
} satisfies PlanInput;

/** Two regions of a cloud with a lease and DNS that fails over. */
export const region = { account: "111111111111" } as const;
export const regions = {
  sites: {
    virginia: awsRegion({ ...region, region: "us-east-1", role: "primary" }),
    oregon: awsRegion({ ...region, region: "us-west-2", role: "standby", mode: "pilot-light" }),
    witness: objectStore({ ...region, provider: "aws", region: "eu-west-1" }),
  },
  datasets: {
    rows: postgres({
      ...{ at: "virginia", category: "rows", database: "rows", size: "6000MiB", changes: "100MiB" },
      backups: [
        physical({ schedule: cron("0 2 * * *"), keep: "30d", direct: ["virginia", "oregon"] }),
        wal({ within: "1m", keep: "7d", direct: ["virginia", "oregon"] }),
      ],
    }),
  },
  dns: { provider: "route53", zone: "app.test", name: "app.test", service: "app" },
  lease: { witness: "witness" },
};

export const recovery = (scope: Scope, more: object = {}): Recovery => {
  const found = recoveryOf(parsePlan({ ...base, ...more }), scope, asOf);
  if (!found) throw new Error(`nothing to recover in ${scope}`);
  return found;
};
export const steps = ({ path }: Pick<Recovery, "path">) => path.map(({ name, seconds }) => [name, seconds]);
export const at = (sites: readonly string[]) => ({
  rows: {
    ...base.datasets.rows,
    backups: [copyAt(sites)],
  },
});
export const copyAt = (direct: readonly string[]) =>
  ({ kind: "logical", schedule: every("1h"), keep: "7d", direct: [...direct] }) as const;
