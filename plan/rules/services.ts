import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { cycles } from "./cycles.js";
import { unknownNames } from "./names.js";
import { isNoneOf, servingKinds } from "./sites.js";

/** What services need exists, they run where something can run, and one of them can start first. */
export function serviceRules({ sites, datasets, services = {} }: CheckablePlan): Problem[] {
  const graph = new Map(
    Object.entries(services).map(([name, { after }]) => [name, after.flatMap((each) => each ?? [])]),
  );
  return [
    ...Object.entries(services).flatMap(([name, { needs, after, at }]) => [
      ...unknownNames("dataset", `services.${name}.needs`, needs, datasets),
      ...unknownNames("service", `services.${name}.after`, after, services),
      ...unknownNames("site", `services.${name}.at`, at, sites),
      ...at.flatMap((given, index) => {
        const site = given === undefined ? undefined : sites?.[given];
        return isNoneOf(site, servingKinds)
          ? [
              {
                at: `services.${name}.at[${index}]`,
                message: `"${given}" is of kind "${site?.kind}", where no service runs; name an aws-region, a vps or premises`,
              },
            ]
          : [];
      }),
    ]),
    ...cycles(graph).map((names) => {
      const [last, first] = [names.at(-2) ?? "", names[0] ?? ""];
      return {
        at: `services.${last}.after[${(services[last]?.after ?? []).indexOf(first)}]`,
        message: `services wait for each other: ${names.join(" -> ")}; none of them could start first`,
      };
    }),
  ];
}
