import { disasters } from "../../../schema/index.js";
import type { Comparison } from "./compare.js";

/** What has to occur in at least 3 % of the plans. */
export const kept: readonly string[] = [
  ...["postgres", "mysql", "mariadb", "sqlite", "audit-log", "raft", "pki", "files", "bucket"].map(
    (kind) => `data: ${kind}`,
  ),
  ...["configuration", "wallet"].map((kind) => `data: ${kind}`),
  ...["physical", "wal", "binlog", "logical", "snapshot", "copy", "append", "versions", "replica"].map(
    (kind) => `backup: ${kind}`,
  ),
  ...["kubernetes", "systemd", "github-actions"].map((runner) => `runner: ${runner}`),
  ...["Forbid", "Replace", "Allow"].map((policy) => `concurrency: ${policy}`),
  ...["cron", "interval", "event"].map((kind) => `schedule: ${kind}`),
  ...["spring, north", "autumn, north", "spring, south", "autumn, south"],
];

/** What comes near its bound in at least a fifth of the cases: each disaster, and each way in which copies come about. */
export const nearly: readonly string[] = [
  ...disasters,
  ...["point", "event", "wal", "binlog", "append", "versions", "replica"].map((kind) => `best copy: ${kind}`),
];

/** A comparison as a table for people. */
export function printed({ plans, datasets, moments, occurs, close, caught, exceeded }: Comparison): string {
  const percent = (part: number, of: number) => `${((100 * part) / of).toFixed(1)} %`;
  const lines = [
    `${plans} plans, ${datasets} datasets, ${moments} moments of disaster, ${exceeded.length} bounds exceeded`,
    ...kept.map((what) => `  ${what.padEnd(24)} in ${percent(occurs.get(what) ?? 0, plans)} of the plans`),
    ...nearly.map((what) => {
      const { bounded, near } = close.get(what) ?? { bounded: 0, near: 0 };
      return `  ${what.padEnd(24)} ${percent(near, bounded)} of ${bounded} bounds come within 10 %`;
    }),
    ...caught.map(({ without, by }) =>
      by === undefined
        ? `  without ${without}: never exceeded`
        : `  without ${without}: exceeded in plan ${by}`,
    ),
  ];
  return `${lines.join("\n")}\n`;
}
