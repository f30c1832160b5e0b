import { type Plan, type Site, seconds } from "../../plan/index.js";
import type { Change } from "./mutant-change.js";

/** Alerts, drills and rights that somebody drops, delays or widens. */
export function ofPeople({ alerts, drills, access }: Plan): Change[] {
  return [
    ...alerts.map(
      ({ on }, index): Change => [
        `nobody hears of ${on} (${index})`,
        (plan) => void plan.alerts.splice(index, 1),
      ],
    ),
    ...alerts.flatMap(({ on, after }, index): Change[] =>
      on === "age" && after
        ? [
            [
              `age ${index} is told a month later`,
              (plan) => Object.assign(plan.alerts[index] ?? {}, { after: "30d" }),
            ],
            [
              `age ${index} is told sooner`,
              (plan) => Object.assign(plan.alerts[index] ?? {}, { after: `${seconds(after) / 2}s` }),
            ],
          ]
        : [],
    ),
    ...drills.flatMap(({ kind, every }, index): Change[] => [
      [`no ${kind} drill`, (plan) => void plan.drills.splice(index, 1)],
      [
        `${kind} drill twice as often`,
        (plan) => Object.assign(plan.drills[index] ?? {}, { every: `${seconds(every) / 2}s` }),
      ],
      [
        `${kind} drill every ten years`,
        (plan) => Object.assign(plan.drills[index] ?? {}, { every: "3650d" }),
      ],
    ]),
    ...Object.entries(access).flatMap(([name, { deletes }]): Change[] =>
      deletes.length > 0
        ? [
            [
              `${name} needs no second factor`,
              (plan) => Object.assign(plan.access[name] ?? {}, { multiFactor: false }),
            ],
            [
              `${name} writes too`,
              (plan) => Object.assign(plan.access[name] ?? {}, { writes: [Object.keys(plan.sites)[0]] }),
            ],
          ]
        : [],
    ),
  ];
}

/** Sites that are moved to where the primary is, and a witness that is one of the others. */
export function ofSites({ sites, lease }: Plan): Change[] {
  const primary = Object.values(sites).find((site) => "role" in site && site.role === "primary");
  const names = Object.keys(sites);
  return [
    ...names.flatMap((name): Change[] => {
      const site = sites[name];
      if (!site || !primary || site === primary) return [];
      if ("location" in site && "location" in primary)
        return [
          [
            `${name} is where the primary is`,
            (plan) => Object.assign(plan.sites[name] ?? {}, { location: primary.location }),
          ],
        ];
      const same = "region" in site && "region" in primary && providerOf(site) === providerOf(primary);
      return same
        ? [
            [
              `${name} is where the primary is`,
              (plan) => Object.assign(plan.sites[name] ?? {}, { region: primary.region }),
            ],
          ]
        : [];
    }),
    ...(lease
      ? names.map(
          (name): Change => [
            `${name} is the witness`,
            (plan) => Object.assign(plan.lease ?? {}, { witness: name }),
          ],
        )
      : []),
  ];
}

const providerOf = (site: Site): string =>
  site.kind === "aws-region" ? "aws" : "provider" in site ? site.provider : "own";

/** Promises, times and needs that somebody changes. */
export function ofPromises({ objectives, closure, keys }: Plan): Change[] {
  return [
    [
      "half may be lost",
      (plan) => Object.assign(plan.objectives, { rpo: `${seconds(objectives.rpo) / 2}s` }),
    ],
    [
      "more may be lost",
      (plan) => Object.assign(plan.objectives, { rpo: `${seconds(objectives.rpo) * 2}s` }),
    ],
    ["a decision takes two days", (plan) => Object.assign(plan.recovery, { decision: "48h" })],
    ["decisions are quicker", (plan) => Object.assign(plan.recovery, { decision: "30s" })],
    ...Object.keys(closure).map(
      (need): Change => [`nobody says where ${need} is`, (plan) => void delete plan.closure[need as never]],
    ),
    ...(keys.recovery ? [["no recovery key", (plan: Plan) => void delete plan.keys.recovery] as const] : []),
    [
      "keys are rotated twice as often",
      (plan) => Object.assign(plan.keys, { rotation: `${seconds(keys.rotation) / 2}s` }),
    ],
  ];
}
