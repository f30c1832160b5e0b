import { type KeptDataset, type Plan, planSchema } from "../../../schema/index.js";

/** Day from which the tests follow schedules. */
export const asOf = new Date("2026-01-01T00:00:00Z");

/** A site of each kind. */
const sites = {
  virginia: { kind: "aws-region", region: "us-east-1", account: "111111111111", role: "primary" },
  oregon: { kind: "aws-region", region: "us-west-2", account: "111111111111", role: "standby" },
  apart: { kind: "object-store", provider: "aws", region: "eu-west-1", account: "222222222222" },
  foreign: { kind: "object-store", provider: "hetzner", region: "fsn1", account: "backups" },
  house: { kind: "premises", location: "first-house", role: "standby", upload: "10MiB" },
  shelf: { kind: "media", location: "first-house", every: "24h", transit: "4h" },
};
/** Every night at two, by universal time. */
export const daily = { kind: "cron", cron: "0 2 * * *", deadline: "30m" } as const;

/** What a test says of its dataset; PostgreSQL of a minute's upload in virginia where it says nothing. */
export interface Given {
  readonly at?: string;
  readonly kind?: string;
  readonly size?: string;
  readonly changes?: string;
  readonly more?: object;
  readonly backups: readonly object[];
}

/** A plan with one dataset, called data. */
export function planWith({
  at = "virginia",
  kind = "postgres",
  size = "6000MiB",
  changes,
  more,
  backups,
}: Given): Plan {
  const own = kind === "postgres" ? { database: "app" } : kind === "mysql" ? { database: "app" } : {};
  const dataset = {
    kind,
    at,
    category: "some",
    size,
    ...(changes ? { changes } : {}),
    ...own,
    ...more,
    backups,
  };
  return planSchema.parse({
    ...{ name: "some", sites, datasets: { data: dataset } },
    objectives: { rpo: "1h", rto: { region: "1h" } },
  });
}

/** That dataset. */
export function datasetOf(plan: Plan): KeptDataset {
  const { data } = plan.datasets;
  if (!data || data.kind === "rebuildable") throw new Error("no such dataset");
  return data;
}

/** A dump every night. */
export const dump = (more: object = {}) => ({
  kind: "logical",
  schedule: daily,
  keep: "30d",
  direct: ["oregon"],
  ...more,
});
