import { keptDatasets } from "../datasets.js";
import { rpoObjective } from "../objectives.js";
import type { KeptDataset, Plan, PointBackup } from "../schema/index.js";
import { domainsOf, siteOf } from "../sites.js";
import { seconds } from "../units.js";
import { vaultsOf } from "../vaults.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { broken, holdingsOf, holds, isToolRepository, listed, restoresAlone, risk } from "./holdings.js";
import { addedSite, takesCopies, whyNotAt } from "./lawful.js";
import { patched, pointer } from "./patched.js";
import { replicates, supports } from "./stores.js";

/**
 * 3-2-1-1-0: three copies, the live one among them; two kinds of media, or the same kind in two hands; one off site;
 * one that nobody can change; and no errors, because copies are read and compared again and again.
 *
 * A copy counts where something can be restored from it alone. A replica is none: it repeats mistakes.
 */
export const copies: Proof = (plan) => {
  const locked = lockedIn(plan);
  return [
    ...keptDatasets(plan).map(([name, dataset]) => ofDataset(plan, name, dataset, locked)),
    ...zeroErrors(plan),
  ];
};

/** `site/category` of buckets whose objects are locked. */
type Locked = ReadonlySet<string>;

const lockedIn = (plan: Plan): Locked =>
  new Set(
    vaultsOf(plan).flatMap(({ site, category, lockDays }) => {
      const where = siteOf(plan, site);
      // What is there already is never changed, so nobody can say here that it is locked.
      const isOurs = !(where.kind === "object-store" && where.bucket);
      return isOurs && lockDays >= 1 && supports(where, "object-lock") ? [`${site}/${category}`] : [];
    }),
  );

interface Count {
  readonly copies: readonly string[];
  readonly kinds: ReadonlySet<string>;
  readonly offsite: readonly string[];
  readonly immutable: readonly string[];
}

function count(plan: Plan, dataset: KeptDataset, locked: Locked): Count {
  const home = siteOf(plan, dataset.at);
  const onServer = home.kind === "premises" || home.kind === "vps";
  const real = holdingsOf(dataset).filter(
    ({ site, backup }) =>
      restoresAlone(backup) && !(site === dataset.at && (onServer || backup.kind === "versions")),
  );
  const sites = [...new Set(real.map(({ site }) => site))];
  const region = domainsOf(plan, dataset.at).region;
  return {
    copies: sites,
    kinds: new Set([
      `${dataset.kind === "bucket" && !onServer ? "store" : "disk"} ${domainsOf(plan, dataset.at).account}`,
      ...sites.map((site) => mediumAt(plan, site)),
    ]),
    offsite: sites.filter((site) => domainsOf(plan, site).region !== region),
    immutable: [
      ...new Set(
        real.flatMap(({ site, backup }) => (isImmutable(plan, dataset, site, backup, locked) ? [site] : [])),
      ),
    ],
  };
}

function mediumAt(plan: Plan, site: string): string {
  const { kind } = siteOf(plan, site);
  const what = kind === "media" ? "medium" : kind === "premises" || kind === "vps" ? "disk" : "store";
  return `${what} ${domainsOf(plan, site).account}`;
}

function isImmutable(
  plan: Plan,
  dataset: KeptDataset,
  name: string,
  backup: Parameters<typeof isToolRepository>[1],
  locked: Locked,
): boolean {
  const site = siteOf(plan, name);
  if (site.kind === "media") return site.offline;
  if (!locked.has(`${name}/${dataset.category}`)) return false;
  // pgBackRest and restic lock nothing themselves: the bucket has to.
  return !isToolRepository(dataset, backup) || supports(site, "default-retention");
}

/** What 3-2-1-1-0 still lacks. */
const lacks = (found: Count, offsiteToo: boolean) => ({
  copies: Math.max(0, 2 - found.copies.length),
  kinds: found.kinds.size < 2,
  offsite: offsiteToo && found.offsite.length === 0,
  immutable: found.immutable.length === 0,
});
type Lacks = ReturnType<typeof lacks>;
const score = ({ copies, kinds, offsite, immutable }: Lacks) =>
  copies + Number(kinds) + Number(offsite) + Number(immutable);

function ofDataset(plan: Plan, name: string, dataset: KeptDataset, locked: Locked): Finding {
  const rule = "copies/3-2-1-1-0";
  const at = `datasets.${name}.backups`;
  const found = count(plan, dataset, locked);
  const accepted = typeof rpoObjective(plan, dataset, "region") === "object";
  const short = lacks(found, !dataset.regional && !accepted);
  const arithmetic = `${found.copies.length + 1} copies (live${found.copies.length > 0 ? `, ${listed(found.copies)}` : ""}), ${found.kinds.size} kinds (${[...found.kinds].join(", ")}), off site: ${listed(found.offsite) || `none${dataset.regional ? ", regional" : accepted ? ", its region's loss is accepted" : ""}`}, unchangeable: ${listed(found.immutable) || "none"}`;
  if (score(short) === 0)
    return holds(rule, at, {
      message: `"${name}" has three copies on two kinds of media, one of them unchangeable${found.offsite.length > 0 ? ", one off site" : ""}`,
      arithmetic,
    });
  const missing = [
    ...(short.copies > 0 ? [`${short.copies} more ${short.copies > 1 ? "copies" : "copy"}`] : []),
    ...(short.kinds ? ["a second kind of media"] : []),
    ...(short.offsite ? ["a copy off site"] : []),
    ...(short.immutable ? ["a copy nobody can change"] : []),
  ].join(", ");
  const { patch, sites } = mend(plan, name, dataset, locked);
  const said = { message: `"${name}" lacks ${missing}`, arithmetic };
  const fix = {
    sentence: sites.length > 0 ? `copy it to ${listed(sites)} too` : "add a site for one more copy",
    ...(patch.length > 0 ? { patch } : {}),
  };
  // What never leaves its region can have less than others, by decision.
  return dataset.regional ? risk(rule, at, said, fix) : broken(rule, at, said, fix);
}

/** One more copy after the other, each where it mends the most, until nothing is lacking. */
function mend(plan: Plan, name: string, dataset: KeptDataset, lockedNow: Locked) {
  const patch: PatchStep[] = [];
  const sites: string[] = [];
  // Only what decides about this dataset: fixes are tried out on a copy, and a plan can have thousands.
  let now: Plan = {
    ...{ ...plan, datasets: { [name]: dataset }, services: {}, people: {}, dependencies: {}, access: {} },
    ...{ drills: [], alerts: [], waivers: [] },
  };
  let locked: Locked = new Set(
    Object.keys(plan.sites)
      .map((site) => `${site}/${dataset.category}`)
      .filter((bucket) => lockedNow.has(bucket)),
  );
  const stateOf = (of: Plan, lockedThere: Locked) => {
    const kept = of.datasets[name];
    const accepted = typeof rpoObjective(of, dataset, "region") === "object";
    return kept && kept.kind !== "rebuildable"
      ? lacks(count(of, kept, lockedThere), !dataset.regional && !accepted)
      : undefined;
  };
  for (let tries = 0; tries < 4; tries += 1) {
    const short = stateOf(now, locked);
    if (!short || score(short) === 0) break;
    const holders = new Set([...holdingsOf(dataset).map(({ site }) => site), ...sites]);
    const there = Object.keys(now.sites)
      .filter((site) => takesCopies(now, site) && !holders.has(site) && !whyNotAt(now, dataset, site))
      .map((site) => ({ site, steps: copyTo(now, name, dataset, site) }));
    const added = addedSite(now, dataset, short.kinds);
    const grown = patched(now, [{ op: "add", path: pointer("sites", added.name), value: added.site }]);
    const fresh = {
      site: added.name,
      steps: [
        { op: "add", path: pointer("sites", added.name), value: added.site } as const,
        ...copyTo(grown, name, dataset, added.name),
      ],
    };
    const tried = [];
    // Where nobody says whose law its home is under, no new place is known to be under the same.
    const isLawful = !whyNotAt(grown, dataset, added.name);
    for (const candidate of isLawful ? [...there, fresh] : there) {
      const next = patched(now, candidate.steps);
      const lockedNext = new Set([...locked, ...lockedIn(next)]);
      const left = stateOf(next, lockedNext);
      tried.push({ ...candidate, next, lockedNext, left: left ? score(left) : score(short) });
      if (left && score(left) === 0) break;
    }
    const [best] = tried.toSorted((a, b) => a.left - b.left);
    if (!best || best.left >= score(short)) break;
    patch.push(...best.steps);
    sites.push(best.site);
    [now, locked] = [best.next, best.lockedNext];
  }
  return { patch, sites };
}

/** How a dataset gets one more copy at a site: the store copies it or somebody carries it, else the job writes it. */
function copyTo(plan: Plan, name: string, dataset: KeptDataset, site: string): PatchStep[] {
  const target = siteOf(plan, site);
  const path = pointer("datasets", name, "backups");
  const found = dataset.backups.findIndex(
    (backup) => backup.kind !== "replica" && backup.kind !== "versions" && restoresAlone(backup),
  );
  const base = dataset.backups[found];
  if (base && base.kind !== "replica") {
    const [first] = base.direct;
    const later = target.kind === "media" || (first !== undefined && replicates(siteOf(plan, first), target));
    return [{ op: "add", path: `${path}/${found}/${later ? "replicated" : "direct"}/-`, value: site }];
  }
  const versions = dataset.backups.find((backup) => backup.kind === "versions");
  const daily: PointBackup = {
    kind: "copy",
    schedule: { kind: "interval", every: "1d", runner: "systemd", deadline: "1h" },
    keep: "30d",
    direct: target.kind === "media" ? [versions?.direct[0] ?? dataset.at] : [site],
    replicated: target.kind === "media" ? [site] : [],
  };
  return [{ op: "add", path: `${path}/-`, value: daily }];
}

/** Longest time between two integrity checks that still counts as checking. */
const oftenEnough = 31 * 86_400;

/** The zero: every copy is read and compared at least monthly. */
function zeroErrors({ drills, datasets, ...plan }: Plan): Finding[] {
  const kept = keptDatasets({ datasets, drills, ...plan }).map(([name]) => name);
  const counting = drills.filter(
    ({ kind, every }) =>
      (kind === "integrity" || kind === "restore" || kind === "full") && seconds(every) <= oftenEnough,
  );
  const covered = new Set(counting.flatMap((drill) => drill.datasets ?? kept));
  const without = kept.filter((name) => !covered.has(name));
  if (kept.length === 0) return [];
  const arithmetic = `${counting.length} of ${drills.length} drills verify at least every 31 days; they cover ${kept.length - without.length} of ${kept.length} datasets`;
  return without.length === 0
    ? [
        holds("copies/zero-errors", "drills", {
          message: "every dataset's copies are read and compared at least monthly",
          arithmetic,
        }),
      ]
    : [
        broken(
          "copies/zero-errors",
          "drills",
          { message: `nobody would notice an unreadable copy of ${listed(without)}`, arithmetic },
          {
            sentence: 'add a drill of kind "integrity" every day',
            patch: [{ op: "add", path: "/drills/-", value: { kind: "integrity", every: "1d" } }],
          },
        ),
      ];
}
