import { type Backup, type KeptDataset, keptDatasets, type Plan, seconds } from "../../plan/index.js";
import type { Change } from "./mutant-change.js";

type Physical = Extract<Backup, { kind: "physical" }>;

/** Full backups that others build on, and that are then made seldom, kept shortly, or are not where the others are. */
export const ofChains = (plan: Plan): Change[] =>
  keptDatasets(plan).flatMap(([name, { backups }]) =>
    backups.flatMap((backup, index) =>
      backup.kind === "physical" && backup.type === "full" ? ofFull(plan, name, backup, index) : [],
    ),
  );

function ofFull(before: Plan, name: string, full: Physical, index: number): Change[] {
  const label = `${name}'s physical ${index}`;
  const data = (plan: Plan) => plan.datasets[name] as KeptDataset;
  const changed = (what: string, more: object, link?: object): Change => [
    `${label} ${what}`,
    (plan) => {
      Object.assign(data(plan).backups[index] ?? {}, more);
      if (link) data(plan).backups.push({ ...structuredClone(full), ...link } as Physical);
    },
  ];
  const schedule = { kind: "interval", every: "6h", runner: "systemd", deadline: "30m" };
  const increments = { type: "incremental", schedule };
  const weekly = { ...full.schedule, cron: "0 2 * * 0" };
  const elsewhere = Object.keys(before.sites).find(
    (site) =>
      before.sites[site]?.kind === "object-store" &&
      site !== before.lease?.witness &&
      ![...full.direct, ...full.replicated].includes(site),
  );
  return [
    changed("has increments", {}, increments),
    changed("has differences", {}, { type: "differential", schedule }),
    changed("is an increment itself", { type: "incremental" }),
    changed(
      "has increments, and is kept a tenth as long",
      { keep: `${seconds(full.keep) / 10}s` },
      increments,
    ),
    changed("has increments, and is made weekly", { schedule: weekly }, increments),
    changed(
      "has increments, and is made weekly for two weeks",
      { schedule: weekly, keep: "14d" },
      increments,
    ),
    changed("has increments that outlive it", {}, { ...increments, keep: `${seconds(full.keep) * 2}s` }),
    ...(elsewhere === undefined
      ? []
      : [
          changed(
            `has increments at ${elsewhere} alone`,
            {},
            {
              ...{ ...increments, direct: [elsewhere], replicated: [] },
            },
          ),
        ]),
  ];
}
