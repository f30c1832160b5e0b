import { keptDatasets } from "../datasets.js";
import type { KeptDataset, Plan } from "../schema/index.js";
import type { Finding, Fix, PatchStep } from "./finding.js";
import { broken, holdingsOf, listed } from "./holdings.js";
import { freeName, whyNotStoredAt } from "./lawful.js";
import { pointer } from "./patched.js";
import type { Bound } from "./residency-in-use.js";

/** A key that can be used outside opens the data there: where it is named, or brought by what shares it. */
export function keysInside(plan: Plan, bound: readonly Bound[]): Finding[] {
  const keys = keysOf(plan, bound);
  return [...keys.values()].flatMap((key) => [...named(plan, key), ...brought(plan, key)]);
}

/** One key: the categories that have it, its datasets that are bound to a place, and all of its datasets. */
interface Key {
  readonly categories: Set<string>;
  readonly bound: Bound[];
  readonly all: Bound[];
}

/** Keys of datasets that are bound to a place, by the category that has the key. */
function keysOf(plan: Plan, bound: readonly Bound[]): Map<string, Key> {
  const found = new Map<string, Key>();
  for (const [, { category }] of bound) {
    const owner = ownerOf(plan, category);
    if (!found.has(owner)) found.set(owner, { categories: new Set([owner]), bound: [], all: [] });
  }
  const isBound = new Set(bound.map(([name]) => name));
  for (const each of keptDatasets(plan)) {
    const key = found.get(ownerOf(plan, each[1].category));
    key?.categories.add(each[1].category);
    key?.all.push(each);
    if (isBound.has(each[0])) key?.bound.push(each);
  }
  return found;
}

/** The category whose key a category uses; a checked plan shares in no circle. */
function ownerOf(plan: Plan, category: string): string {
  const shared = plan.keys.categories[category]?.sharedWith;
  return shared === undefined ? category : ownerOf(plan, shared);
}

/** Sites that the plan lets a key be used at. */
function named(plan: Plan, { categories, bound }: Key): Finding[] {
  return [...categories].flatMap((category) => {
    const sites = plan.keys.categories[category]?.at;
    const wrong = (sites ?? []).flatMap((site) => {
      for (const [name, dataset] of bound) {
        const why = whyNotStoredAt(plan, dataset, site);
        if (why) return [{ site, name, why }];
      }
      return [];
    });
    if (!sites || wrong.length === 0) return [];
    const left = sites.filter((site) => !wrong.some((each) => each.site === site));
    const path = pointer("keys", "categories", category, "at");
    return [
      broken(
        "residency/keys",
        `keys.categories.${category}.at`,
        {
          message: `the key of "${category}" can be used at ${listed(wrong.map(({ site }) => site))}, outside of where the data may be`,
          arithmetic: wrong.map(({ site, name, why }) => `${site}, for "${name}": ${why}`).join("; "),
        },
        {
          sentence:
            left.length > 0
              ? `use it at ${listed(left)} only`
              : "leave at out: the key is then where the copies are",
          patch: [left.length > 0 ? { op: "replace", path, value: left } : { op: "remove", path }],
        },
      ),
    ];
  });
}

/** Sites that a key reaches because copies of other datasets, which it opens too, are there. */
function brought(plan: Plan, key: Key): Finding[] {
  const { bound, all } = key;
  const bringing = all.filter(([, { category }]) => plan.keys.categories[category]?.at === undefined);
  if (bringing.length === 0) return [];
  const bringers = new Map<string, string[]>();
  for (const [name, dataset] of bringing)
    for (const site of new Set(holdingsOf(dataset).map((held) => held.site)))
      bringers.set(site, [...(bringers.get(site) ?? []), name]);
  return bound.flatMap(([name, dataset]) => {
    // Where its own copies are outside, that is said of them.
    const own = new Set(holdingsOf(dataset).map(({ site }) => site));
    const wrong = [...bringers].flatMap(([site, by]) => {
      const why = own.has(site) ? undefined : whyNotStoredAt(plan, dataset, site);
      return why ? [{ site, by, why }] : [];
    });
    if (wrong.length === 0) return [];
    const others = [...new Set(wrong.flatMap(({ by }) => by))];
    return [
      broken(
        "residency/keys",
        `datasets.${name}.category`,
        {
          message: `the key of "${dataset.category}" opens ${listed(others)} at ${listed(wrong.map(({ site }) => site))} too, outside of where "${name}" may be`,
          arithmetic: wrong.map(({ site, why }) => `${site}: ${why}`).join("; "),
        },
        apart(plan, name, dataset, key),
      ),
    ];
  });
}

/** A key for this dataset alone: its category's, shared no more, or that of a category of its own of the same kind. */
function apart(plan: Plan, name: string, { category }: KeptDataset, shared: Key): Fix {
  const kept = keptDatasets(plan);
  const isAlone = kept.every(([other, data]) => other === name || data.category !== category);
  const sharers = [...shared.categories].filter(
    (each) =>
      plan.keys.categories[each]?.sharedWith !== undefined &&
      (each === category || ownerOf(plan, each) === category),
  );
  if (isAlone)
    return {
      sentence: `let "${category}" share its key with no other category`,
      patch: sharers.map((each) => ({
        op: "remove",
        path: pointer("keys", "categories", each, "sharedWith"),
      })),
    };
  const sentence = `give "${name}" a category of its own, which has a key of its own`;
  // What is a certificate is recovered as one.
  if (category === "certificates") return { sentence };
  const used = [...kept.map(([, data]) => data.category), ...Object.keys(plan.keys.categories)];
  const own = freeName(new Set(used), name);
  const { provider, rotation } = plan.keys.categories[category] ?? {};
  const same = { ...(provider ? { provider } : {}), ...(rotation ? { rotation } : {}) };
  const key: PatchStep[] =
    Object.keys(same).length > 0
      ? [{ op: "add", path: pointer("keys", "categories", own), value: same }]
      : [];
  return {
    sentence,
    patch: [{ op: "replace", path: pointer("datasets", name, "category"), value: own }, ...key],
  };
}
