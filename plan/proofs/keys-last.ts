import { categories, keptDatasets } from "../datasets.js";
import { opensOffline } from "../derive/needs.js";
import { rpoObjective } from "../objectives.js";
import type { KeptDataset, Plan } from "../schema/index.js";
import { domainsOf, siteOf } from "../sites.js";
import { humanSeconds, seconds } from "../units.js";
import type { Finding } from "./finding.js";
import { broken, daysOf, holdingsOf, holds, listed, risk } from "./holdings.js";

type Recovery = NonNullable<Plan["keys"]["recovery"]>;

/** Where a category's key is needed. */
export interface Use {
  /** Sites where datasets of the category live: jobs wrap their keys there. */
  readonly homes: ReadonlySet<string>;
  /** Sites with copies. */
  readonly sites: ReadonlySet<string>;
}
/** Where each category's key is needed, by category. */
export function usedBy(plan: Plan): Map<string, Use> {
  const used = new Map<string, { homes: Set<string>; sites: Set<string> }>();
  for (const [, dataset] of keptDatasets(plan)) {
    const known = used.get(dataset.category) ?? { homes: new Set<string>(), sites: new Set<string>() };
    known.homes.add(dataset.at);
    for (const { site } of holdingsOf(dataset)) known.sites.add(site);
    used.set(dataset.category, known);
  }
  return used;
}

/**
 * Without a key outside, copies outlive an account or a provider and nobody can open them.
 *
 * A recovery key opens what is wrapped for its recipients; one without any opens nothing.
 */
export function recoveryKey(plan: Plan, used: ReadonlyMap<string, Use>): Finding[] {
  const { recovery } = plan.keys;
  if (opensOffline(plan) && recovery) return [held(recovery)];
  const fix = recovery
    ? {
        sentence:
          "let each holder make a key (age-keygen), keep its identity offline, and name the public halves (age1…) in keys.recovery.recipients",
      }
    : {
        sentence:
          "appoint two holders; let each make an offline key (age-keygen), and name them and the public halves (age1…) in keys.recovery",
      };
  const foreign = [...used].flatMap(([category, use]) => {
    const sites = foreignTo(plan, category, use);
    return sites.length === 0
      ? []
      : [
          broken(
            "keys/account",
            `keys.categories.${category}`,
            {
              message: `what ${listed(sites)} ${sites.length > 1 ? "hold" : "holds"} of category "${category}" cannot be read with its key`,
              arithmetic: `a KMS key stays in its account, in each of its regions: ${[...use.homes].map((site) => domainsOf(plan, site).account).join(", ")}; once that is gone, only an offline key opens what is elsewhere`,
            },
            fix,
          ),
        ];
  });
  const promised = keptDatasets(plan).filter(([, dataset]) => isPromised(plan, dataset));
  if (recovery)
    return [
      ...foreign,
      broken(
        "keys/recovery",
        "keys.recovery.recipients",
        {
          message: `the recovery key of ${listed(recovery.holders)} opens nothing: no copy is made for it`,
          arithmetic: `${recovery.holders.length} holders, 0 recipients; a copy opens with the keys it was made for`,
        },
        fix,
      ),
    ];
  if (promised.length === 0) return foreign;
  return [
    ...foreign,
    broken(
      "keys/recovery",
      "keys.recovery",
      {
        message: "nobody can open any copy once the account or the machine with its key is gone",
        arithmetic: `the loss of an account or provider is promised to be survived by ${promised.length} datasets; keys outside of both: 0`,
      },
      fix,
    ),
  ];
}

/** A recovery key that opens copies; at risk where fewer keys than holders do. */
function held({ holders, recipients }: Recovery): Finding {
  const keys = new Set(recipients).size;
  const arithmetic = `${holders.length} holders: ${listed(holders)}; ${keys} ${keys === 1 ? "recipient" : "recipients"}`;
  if (keys >= holders.length)
    return holds("keys/recovery", "keys.recovery", {
      message: "every copy can be opened without any account",
      arithmetic,
    });
  return risk(
    "keys/recovery",
    "keys.recovery.recipients",
    { message: "not every holder of the recovery key has a key that opens copies", arithmetic },
    { sentence: "name the public half (age1…) of each holder's own key in keys.recovery.recipients" },
  );
}

/** Sites of copies that a category's KMS key does not reach. */
function foreignTo(plan: Plan, category: string, { homes, sites }: Use): string[] {
  if ((plan.keys.categories[category]?.provider ?? plan.keys.provider) !== "kms") return [];
  const accounts = new Set([...homes].map((site) => domainsOf(plan, site).account));
  return [...sites].filter(
    (site) => siteOf(plan, site).kind === "media" || !accounts.has(domainsOf(plan, site).account),
  );
}

const isPromised = (plan: Plan, dataset: KeptDataset): boolean =>
  (["account", "provider"] as const).some(
    (disaster) => typeof rpoObjective(plan, dataset, disaster) !== "object",
  );

const day = 86_400;

/** A key that is to be deleted takes all of its data along: it has to be noticed while it can still be saved. */
export function outlivesData(plan: Plan): Finding[] {
  const window = seconds(plan.keys.deletionWindow) / day;
  const usesKms = categories(plan).some(
    (category) => (plan.keys.categories[category]?.provider ?? plan.keys.provider) === "kms",
  );
  if (!usesKms) return [];
  const verifying = plan.drills.filter(
    ({ kind }) => kind === "integrity" || kind === "restore" || kind === "full",
  );
  const soonest = Math.min(...verifying.map(({ every }) => seconds(every)));
  const arithmetic = Number.isFinite(soonest)
    ? `copies are opened every ${humanSeconds(soonest)}; a key can be saved for ${window} days`
    : "no drill opens copies";
  if (soonest <= window * day)
    return [
      holds("keys/deletion-window", "keys.deletionWindow", {
        message: "a key that somebody deletes is missed by a verification while it can still be saved",
        arithmetic,
      }),
    ];
  return [
    risk(
      "keys/deletion-window",
      "keys.deletionWindow",
      { message: "a key that somebody deletes can be gone before any verification misses it", arithmetic },
      {
        sentence: `verify at least every ${daysOf(window * day)}`,
        patch: [{ op: "add", path: "/drills/-", value: { kind: "integrity", every: "1d" } }],
      },
    ),
  ];
}
