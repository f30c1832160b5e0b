import { categories } from "../datasets.js";
import { keyAlias } from "../names.js";
import type { Plan } from "../schema/index.js";
import { siteOf, storeProviderOf } from "../sites.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { broken, holds, listed, risk } from "./holdings.js";
import { outlivesData, recoveryKey, type Use, usedBy } from "./keys-last.js";
import { pointer } from "./patched.js";

/**
 * A key for each category, usable where its copies are, rotated, and lasting as long as what it opens; and one on
 * paper for the day when the account or the provider that keeps the others is gone.
 */
export const keys: Proof = (plan) => {
  const used = usedBy(plan);
  return [
    ...categories(plan).flatMap((category) => ofCategory(plan, category, used.get(category) ?? nothing)),
    ...apart(plan),
    ...recoveryKey(plan, used),
    ...outlivesData(plan),
  ];
};

const nothing: Use = { homes: new Set(), sites: new Set() };
const isAws = (plan: Plan, site: string) => storeProviderOf(siteOf(plan, site)) === "aws";

function ofCategory(plan: Plan, category: string, { homes, sites }: Use): Finding[] {
  const own = plan.keys.categories[category];
  const provider = own?.provider ?? plan.keys.provider;
  const at = `keys.categories.${category}`;
  const path = pointer("keys", "categories", category);
  const set = (field: string, value: unknown): PatchStep =>
    own ? { op: "add", path: `${path}/${field}`, value } : { op: "add", path, value: { [field]: value } };
  const found: Finding[] = [];
  if (own?.sharedWith !== undefined)
    found.push(
      broken(
        "keys/shared",
        `${at}.sharedWith`,
        {
          message: `whoever opens "${own.sharedWith}" opens "${category}" too: they share a key`,
          arithmetic: "2 categories, 1 key",
        },
        {
          sentence: `give "${category}" its own key`,
          patch: [{ op: "remove", path: `${path}/sharedWith` }],
        },
      ),
    );
  const withoutKms = [...homes].filter((site) => !isAws(plan, site));
  if (provider === "kms" && withoutKms.length > 0)
    found.push(
      broken(
        "keys/provider",
        own?.provider === undefined ? "keys.provider" : `${at}.provider`,
        {
          message: `nothing at ${listed(withoutKms)} can use the KMS key of "${category}"`,
          arithmetic: `data of the category lives at ${listed([...homes])}; KMS is AWS's, and jobs elsewhere have no identity there`,
        },
        { sentence: `use age for "${category}"`, patch: [set("provider", "age")] },
      ),
    );
  found.push(...rotation(plan, category, set, own?.rotation !== undefined));
  const missing = own?.at ? [...sites].filter((site) => !own.at?.includes(site)) : [];
  if (missing.length > 0)
    found.push(
      broken(
        "keys/at",
        `${at}.at`,
        {
          message: `copies of "${category}" at ${listed(missing)} cannot be opened there: its key is somewhere else only`,
          arithmetic: `key at ${listed(own?.at ?? [])}; copies at ${listed([...sites])}`,
        },
        {
          sentence: `name ${listed(missing)} in at`,
          patch: missing.map((site) => ({ op: "add", path: `${path}/at/-`, value: site })),
        },
      ),
    );
  if (found.every(({ severity }) => severity === "info"))
    found.push(
      holds("keys/category", at, {
        message: `category "${category}" has its own key, for copies at ${listed([...sites])}`,
        arithmetic:
          provider === "kms"
            ? `${keyAlias(plan, category)}, one in each account, in each of its regions`
            : own?.recipient === undefined
              ? `age; no recipient is declared yet: its public half goes into ${at}.recipient`
              : `age recipient ${own.recipient}; its identity lies at the sites that restore`,
      }),
    );
  return found;
}

/** Longest a key should be used without rotation. */
const longestRotation = 366 * 86_400;

function rotation(
  plan: Plan,
  category: string,
  set: (field: string, value: unknown) => PatchStep,
  isOwn: boolean,
): Finding[] {
  const each = plan.keys.categories[category]?.rotation ?? plan.keys.rotation;
  if (seconds(each) <= longestRotation) return [];
  return [
    risk(
      "keys/rotation",
      isOwn ? `keys.categories.${category}.rotation` : "keys.rotation",
      {
        message: `the key of "${category}" is rotated every ${humanSeconds(seconds(each))}: what leaks once opens all of it`,
        arithmetic: `${humanSeconds(seconds(each))} > a year`,
      },
      { sentence: 'set rotation: "365d" or less', patch: [set("rotation", "365d")] },
    ),
  ];
}

/** One existing key, or one age recipient, for two categories is one key, whatever it is called. */
function apart({ keys: { categories: all } }: Plan): Finding[] {
  const owners = new Map<string, string>();
  const ownerBefore = (key: string, category: string): string | undefined => {
    const owner = owners.get(key);
    if (owner === undefined) owners.set(key, category);
    return owner;
  };
  return Object.entries(all).flatMap(([category, { key, recipient }]) => {
    const sharer = recipient === undefined ? undefined : ownerBefore(recipient, category);
    if (recipient !== undefined && sharer !== undefined)
      return [
        broken(
          "keys/shared",
          `keys.categories.${category}.recipient`,
          {
            message: `whoever opens "${sharer}" opens "${category}" too: they have the same recipient`,
            arithmetic: `${recipient} in 2 categories`,
          },
          { sentence: `make another key for "${category}" (age-keygen) and name its public half` },
        ),
      ];
    if (!key) return [];
    const owner = ownerBefore(key.existing, category);
    if (owner === undefined) return [];
    return [
      broken(
        "keys/shared",
        `keys.categories.${category}.key`,
        {
          message: `whoever opens "${owner}" opens "${category}" too: they use the same existing key`,
          arithmetic: `${key.existing} in 2 categories`,
        },
        {
          sentence: `name another key for "${category}", or leave it out and one is made`,
          patch: [{ op: "remove", path: pointer("keys", "categories", category, "key") }],
        },
      ),
    ];
  });
}
