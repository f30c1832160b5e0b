import {
  type Backup,
  bytes,
  type KeptDataset,
  keptDatasets,
  type Plan,
  parsePlan,
  seconds,
} from "../../plan/index.js";
import type { Change } from "./mutant-change.js";
import { ofChains } from "./mutants-of-chains.js";
import { ofPeople, ofPromises, ofSites } from "./mutants-of-governance.js";

/** A plan with one thing changed, as somebody in a hurry would change it. */
export interface Mutant {
  /** What was changed, for people. */
  readonly what: string;
  readonly plan: Plan;
}

type Stored = Exclude<Backup, { kind: "replica" }>;
/** Every mutant of a plan that the schema accepts; the others are no plans. */
export function mutantsOf(plan: Plan): Mutant[] {
  return changesOf(plan).flatMap(([what, change]): Mutant[] => {
    const changed = structuredClone(plan);
    change(changed);
    if (JSON.stringify(changed) === JSON.stringify(plan)) return [];
    try {
      return [{ what, plan: parsePlan(changed) }];
    } catch {
      return [];
    }
  });
}

function changesOf(plan: Plan): Change[] {
  return [
    ...keptDatasets(plan).flatMap(([name, dataset]) => [
      ...ofDataset(name, dataset),
      ...dataset.backups.flatMap((_, index) => ofBackup(name, dataset, index)),
    ]),
    ...ofChains(plan),
    ...ofPeople(plan),
    ...ofSites(plan),
    ...ofPromises(plan),
  ];
}

/** The dataset in a changed plan. */
function kept(plan: Plan, name: string): KeptDataset {
  const found = plan.datasets[name];
  if (!found || found.kind === "rebuildable") throw new Error(`"${name}" is not backed up`);
  return found;
}

function ofDataset(name: string, { category }: KeptDataset): Change[] {
  return [
    [
      `${name} is half as big`,
      (plan) => Object.assign(kept(plan, name), { size: halved(kept(plan, name).size) }),
    ],
    [
      `${name} changes half as much`,
      (plan) => Object.assign(kept(plan, name), { changes: halved(kept(plan, name).changes) }),
    ],
    [
      `${category} shares a key`,
      (plan) => {
        const [other] = keptDatasets(plan).flatMap(([, each]) =>
          each.category === category ? [] : [each.category],
        );
        plan.keys.categories[category] = { ...plan.keys.categories[category], sharedWith: other };
      },
    ],
  ];
}

function ofBackup(name: string, { backups }: KeptDataset, index: number): Change[] {
  const backup = backups[index];
  const label = `${name}'s ${backup?.kind} ${index}`;
  const stored = (plan: Plan) => kept(plan, name).backups[index] as Stored;
  if (backup?.kind === "replica")
    return [
      [
        `${label} lags ten times as much`,
        (plan) => Object.assign(stored(plan), { lag: `${seconds(backup.lag) * 10}s` }),
      ],
      [`${label} is gone`, (plan) => void kept(plan, name).backups.splice(index, 1)],
    ];
  if (!backup) return [];
  const last = backup.direct.at(-1);
  return [
    ...(backups.length > 1
      ? [[`${label} is gone`, (plan: Plan) => void kept(plan, name).backups.splice(index, 1)] as const]
      : []),
    ...(backup.direct.length > 1
      ? ([
          [`${label} leaves out ${last}`, (plan: Plan) => void stored(plan).direct.pop()],
          [
            `${label} is replicated to ${last}`,
            (plan: Plan) => void stored(plan).replicated.push(...stored(plan).direct.splice(-1)),
          ],
        ] as const)
      : []),
    ...backup.replicated.map(
      (site) =>
        [
          `${label} is not replicated to ${site}`,
          (plan: Plan) => void stored(plan).replicated.splice(backup.replicated.indexOf(site), 1),
        ] as const,
    ),
    ...ofTimes(label, backup, stored),
  ];
}

function ofTimes(label: string, backup: Stored, stored: (plan: Plan) => Stored): Change[] {
  const keep = backup.keep;
  const changes: Change[] = [];
  if (typeof keep === "string" && keep !== "forever")
    changes.push([
      `${label} is kept twice as long`,
      (plan) => Object.assign(stored(plan), { keep: `${seconds(keep) * 2}s` }),
    ]);
  if (typeof keep === "string" && keep !== "forever")
    changes.push([
      `${label} is kept a tenth as long`,
      (plan) => Object.assign(stored(plan), { keep: `${seconds(keep) / 10}s` }),
    ]);
  if ("within" in backup)
    for (const times of [0.5, 2, 100])
      changes.push([
        `${label} is stored within ${times} times as long`,
        (plan) => Object.assign(stored(plan), { within: `${seconds(backup.within) * times}s` }),
      ]);
  if (!("schedule" in backup)) return changes;
  const set = (what: string, value: object): Change => [
    `${label} ${what}`,
    (plan) => Object.assign((stored(plan) as Extract<Stored, { schedule: unknown }>).schedule, value),
  ];
  const { schedule } = backup;
  if (schedule.kind === "event")
    changes.push(set("waits a day", { within: "25h" }), set("is quicker", { within: "10s" }));
  if (schedule.kind === "interval")
    changes.push(
      set("runs half as often", { every: `${seconds(schedule.every) * 2}s` }),
      set("runs once a week", { every: "7d" }),
      set("may take half as long", { deadline: `${seconds(schedule.deadline) / 2}s` }),
    );
  if (schedule.kind === "cron")
    changes.push(
      set("runs once a week", { cron: "0 2 * * 0" }),
      set("may start ten minutes later", { startWithin: `${seconds(schedule.startWithin) + 600}s` }),
    );
  return changes;
}

const halved = (size: KeptDataset["size"]) => `${bytes(size) / 2}B`;
