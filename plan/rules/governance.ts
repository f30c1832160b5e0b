import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { unknownName, unknownNames } from "./names.js";

/** People, datasets and sites that duties, drills, alerts, access and waivers name exist. */
export function governanceRules(plan: CheckablePlan): Problem[] {
  const { sites, datasets, people, closure = {}, access = {} } = plan;
  const both = sites && datasets && { ...datasets, ...sites };
  return [
    ...Object.entries(closure).flatMap(([need, { at }]) =>
      unknownNames("site", `closure.${need}.at`, at, sites),
    ),
    ...Object.entries(access).flatMap(([name, { writes, deletes }]) => [
      ...unknownNames("dataset or site", `access.${name}.writes`, writes, both),
      ...unknownNames("site", `access.${name}.deletes`, deletes, sites),
    ]),
    ...plan.alerts.flatMap((alert, index) => [
      ...unknownNames("dataset", `alerts[${index}].datasets`, alert.datasets, datasets),
      ...unknownNames("person", `alerts[${index}].to`, alert.to, people),
    ]),
    ...plan.drills.flatMap((drill, index) => [
      ...unknownName("person", `drills[${index}].owner`, drill.owner, people),
      ...unknownNames("dataset", `drills[${index}].datasets`, drill.datasets, datasets),
    ]),
    ...unknownNames("person", "escalation", plan.escalation, people),
    ...plan.waivers.flatMap(({ by }, index) => unknownName("person", `waivers[${index}].by`, by, people)),
  ];
}

/** Waivers whose last day is before `asOf`. */
export function expiredWaivers({ waivers }: CheckablePlan, asOf: Date): Problem[] {
  const today = asOf.toISOString().slice(0, 10);
  return waivers.flatMap(({ until, rule }, index) =>
    // Days as ISO writes them sort as text; what is no day is the schema's to say.
    until !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(until) && until < today
      ? [
          {
            at: `waivers[${index}].until`,
            message: `the waiver of "${rule ?? "?"}" expired on ${until}, before ${today}; mend what it waives, or decide again`,
          },
        ]
      : [],
  );
}
