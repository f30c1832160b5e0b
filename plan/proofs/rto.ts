import { postgresDatasets } from "../datasets.js";
import type { PostgresDataset } from "../schema/index.js";
import { standbySites } from "../sites.js";
import { bytes, humanSeconds, seconds } from "../units.js";
import type { Finding, Proof } from "./finding.js";
import { gapsIfReadable } from "./gaps.js";

/**
 * What no plan says, until a rehearsal or a drill measured it. Deliberately slow: a promise is made with them.
 */
const assumed = {
  /** Somebody notices, looks and decides, seconds. */
  decision: 600,
  /** `pulumi up`, images, Pods and volumes, seconds. */
  provisioning: 180,
  /** A restore over the network onto a volume, bytes each second. */
  restore: 100 * 2 ** 20,
  /** Every page is read once, bytes each second. */
  verification: 100 * 2 ** 20,
  /** Fetching and replaying one segment of log, seconds. */
  segment: 0.25,
} as const;

/** How long until users are served again when a region is lost: the steps of taking over, one after the other. */
export const regionRecovery: Proof = (plan, asOf) => {
  const { region } = plan.objectives.rto;
  if (region === undefined) return [];
  const rule = "rto/region";
  const at = "objectives.rto.region";
  if (standbySites(plan).length === 0)
    return [
      {
        ...{ rule, severity: "error", at },
        message: `nothing can take over within ${region}: no site is a standby`,
        arithmetic: "sites with the role standby: 0",
        fix: { sentence: 'add a site with role: "standby"' },
      },
    ];
  const { lease, dns } = plan;
  const datasets = postgresDatasets(plan).map(([, dataset]) => dataset);
  const data = datasets.reduce((sum, { volume }) => sum + bytes(volume), 0);
  const segments = datasets.reduce((sum, dataset) => sum + segmentsToReplay(dataset, asOf), 0);
  const check = dns ? seconds(dns.check.every) * dns.check.failures : 0;
  const steps: [string, number][] = [
    ["lost region's check turns unhealthy", check],
    ["decision (assumed)", assumed.decision],
    ["provisioning (assumed)", assumed.provisioning],
    [`restore of ${data / 2 ** 30} GiB at 100 MiB/s (assumed; every volume full)`, data / assumed.restore],
    ["lease: TTL and skew", lease ? seconds(lease.ttl) + seconds(lease.skew) : 0],
    [
      `replay of ${segments} segments of log at 0.25 s (assumed; one for each archive interval)`,
      segments * assumed.segment,
    ],
    ["verification at 100 MiB/s (assumed)", data / assumed.verification],
    ["standby's check turns healthy", check],
    ["DNS answers expire", dns ? seconds(dns.ttl) : 0],
  ];
  const total = steps.reduce((sum, [, step]) => sum + step, 0);
  const floor = (lease ? seconds(lease.ttl) + seconds(lease.skew) : 0) + check + (dns ? seconds(dns.ttl) : 0);
  const holds = total <= seconds(region);
  const [longest = "", most = 0] = steps.toSorted(([, a], [, b]) => b - a)[0] ?? [];
  return [
    {
      ...{ rule, severity: holds ? "info" : "error", at },
      message: `a lost region is taken over within ${humanSeconds(total)}, no faster than ${humanSeconds(floor)}; the objective is ${region}`,
      arithmetic: steps
        .filter(([, step]) => step > 0)
        .map(([name, step]) => `${humanSeconds(step)} ${name}`)
        .join(" + "),
      ...(holds
        ? {}
        : {
            fix: {
              sentence: `shorten the longest step (${longest}, ${humanSeconds(most)}), or set region: "${Math.ceil(total / 60)}m"`,
            },
          }),
    } satisfies Finding,
  ];
};

/** Segments since the last backup when one run was missed: at least one is switched in each archive interval. */
function segmentsToReplay({ backups }: PostgresDataset, asOf: Date): number {
  const log = backups.find((backup) => backup.kind === "wal");
  const base = backups.find((backup) => backup.kind === "physical");
  const gaps = base && base.schedule.kind === "cron" && gapsIfReadable(base.schedule, asOf);
  return log && gaps ? Math.ceil(gaps.withOneMissed / seconds(log.within)) : 0;
}
