import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { isDuration, seconds } from "../units.js";
import { cycles } from "./cycles.js";
import { unknownName, unknownNames } from "./names.js";

const day = 86_400;

/** Keys are of categories that there are, at sites that there are, and the recovery key has distinct holders. */
export function keyRules({ keys, sites, datasets, people }: CheckablePlan): Problem[] {
  const { categories = {}, recovery, provider, deletionWindow } = keys;
  const used =
    datasets &&
    Object.fromEntries(
      Object.values(datasets).flatMap(({ category }) => (category ? [[category, true]] : [])),
    );
  const shared = new Map(
    Object.entries(categories).map(([name, { sharedWith }]) => [name, sharedWith ? [sharedWith] : []]),
  );
  return [
    ...Object.entries(categories).flatMap(([name, { at, sharedWith }]) => [
      ...unknownName("dataset's category", `keys.categories.${name}`, name, used),
      ...unknownNames("site", `keys.categories.${name}.at`, at, sites),
      ...unknownName("dataset's category", `keys.categories.${name}.sharedWith`, sharedWith, used),
    ]),
    ...cycles(shared).map((names) => ({
      at: `keys.categories.${names.at(-2)}.sharedWith`,
      message: `keys are shared in a circle: ${names.join(" -> ")}; one category has to have the key`,
    })),
    ...unknownNames("person", "keys.recovery.holders", recovery?.holders ?? [], people),
    // https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html, PendingWindowInDays: 7 to 30.
    ...(provider === "kms" && isDuration(deletionWindow) && !isWindow(seconds(deletionWindow))
      ? [
          {
            at: "keys.deletionWindow",
            message: `KMS waits 7 to 30 whole days before it deletes a key, got "${deletionWindow}"`,
          },
        ]
      : []),
  ];
}

const isWindow = (length: number): boolean => length >= 7 * day && length <= 30 * day && length % day === 0;
