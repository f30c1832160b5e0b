import { keptDatasets } from "../datasets.js";
import type { KeptDataset, Plan } from "../schema/index.js";
import type { Finding, PatchStep, Proof } from "./finding.js";
import { broken, holds, listed, risk } from "./holdings.js";
import { patched, pointer } from "./patched.js";
import { rpo } from "./rpo/index.js";

/** Nothing that is promised is about nothing, and nothing that is there has nobody who answers for it. */
export const coverage: Proof = (plan, asOf) => {
  const kept = keptDatasets(plan);
  return [...classes(plan, kept, asOf), ...owners(plan, kept), ...stores(plan, kept)];
};

type Kept = readonly [string, KeptDataset];

/** A class of objectives that no dataset carries promises something about data that nobody named. */
function classes(plan: Plan, kept: readonly Kept[], asOf: Date): Finding[] {
  const carriers = new Map<string, number>();
  for (const [, { class: name }] of kept)
    if (name !== undefined) carriers.set(name, (carriers.get(name) ?? 0) + 1);
  return Object.entries(plan.objectives.classes).flatMap(([name, { rpo }]) => {
    const count = carriers.get(name) ?? 0;
    const at = `objectives.classes.${name}`;
    if (count > 0)
      return [
        holds("coverage/class", at, {
          message: `"${name}" is promised for ${count} ${count > 1 ? "datasets" : "dataset"}`,
          arithmetic: `RPO ${rpo}`,
        }),
      ];
    const taker = takerOf(plan, kept, carriers, name, asOf);
    return [
      broken(
        "coverage/class",
        at,
        {
          message: `an RPO of ${rpo} is promised for "${name}", and no dataset carries it`,
          arithmetic: `0 of ${kept.length} datasets have class: "${name}"`,
        },
        {
          sentence: taker
            ? `if "${taker.dataset}" is such data, set its class: "${name}"${taker.patch.length > 1 ? ", with the backups that keep it" : ""}; else name the dataset that is`
            : `set class: "${name}" on the datasets it is about, or declare them`,
          ...(taker ? { patch: taker.patch } : {}),
        },
      ),
    ];
  });
}

/** Datasets that are tried, and repairs after one another. */
const mostTried = 8;

/** A dataset that can take a class without breaking anything: as it is, or with the fewest repairs of its backups. */
function takerOf(
  plan: Plan,
  kept: readonly Kept[],
  carriers: ReadonlyMap<string, number>,
  name: string,
  asOf: Date,
): { readonly dataset: string; readonly patch: readonly PatchStep[] } | undefined {
  const free = kept
    .filter(([, { class: own }]) => own === undefined || (carriers.get(own) ?? 0) > 1)
    .toSorted(([, a], [, b]) => Number(a.class !== undefined) - Number(b.class !== undefined));
  return free
    .slice(0, mostTried)
    .flatMap(([dataset, of]) => {
      const patch = taking(plan, dataset, of, name, asOf);
      return patch ? [{ dataset, patch }] : [];
    })
    .toSorted((a, b) => a.patch.length - b.patch.length)[0];
}

function taking(
  plan: Plan,
  dataset: string,
  of: KeptDataset,
  name: string,
  asOf: Date,
): readonly PatchStep[] | undefined {
  const patch: PatchStep[] = [{ op: "add", path: pointer("datasets", dataset, "class"), value: name }];
  // Nothing else decides about this dataset's losses.
  let now: Plan = { ...plan, datasets: { [dataset]: of }, services: {}, drills: [], alerts: [] };
  now = patched(now, patch);
  for (let tries = 0; tries < mostTried; tries += 1) {
    const broke = rpo(now, asOf).find(({ severity }) => severity === "error");
    if (!broke) return patch;
    if (!broke.fix?.patch) return undefined;
    patch.push(...broke.fix.patch);
    now = patched(now, broke.fix.patch);
  }
  return undefined;
}

function owners({ people }: Plan, kept: readonly Kept[]): Finding[] {
  const names = Object.keys(people);
  const without = kept.flatMap(([name, { owner }]) => (owner === undefined ? [name] : []));
  if (names.length === 0 || without.length === 0) return [];
  return [
    risk(
      "coverage/owner",
      "datasets",
      {
        message: `nobody answers for ${listed(without)}`,
        arithmetic: `${without.length} of ${kept.length} datasets have no owner; there are ${names.length} people`,
      },
      { sentence: `set owner to one of ${listed(names)}` },
    ),
  ];
}

/** Every store is kept or says why not; a service that needs nothing is worth a second look. */
function stores({ datasets, services }: Plan, kept: readonly Kept[]): Finding[] {
  const rebuilt = Object.entries(datasets).flatMap(([name, dataset]) =>
    dataset.kind === "rebuildable" ? [`${name} (${dataset.reason})`] : [],
  );
  const needless = Object.entries(services).flatMap(([name, { needs }]) =>
    needs.length === 0 ? [name] : [],
  );
  const all = kept.length + rebuilt.length;
  const isOrAre = (count: number) => (count === 1 ? "is" : "are");
  const holding = holds("coverage/stores", "datasets", {
    message: `${all} ${all === 1 ? "store" : "stores"} ${isOrAre(all)} declared: ${kept.length} ${isOrAre(kept.length)} backed up, ${rebuilt.length} ${isOrAre(rebuilt.length)} rebuilt`,
    arithmetic: rebuilt.length > 0 ? `rebuilt: ${listed(rebuilt)}` : "none is rebuilt",
  });
  if (needless.length === 0) return [holding];
  return [
    holding,
    risk(
      "coverage/service",
      "services",
      {
        message: `${listed(needless)} ${needless.length > 1 ? "need" : "needs"} no store, so nothing is restored before ${needless.length > 1 ? "they start" : "it starts"}`,
        arithmetic: `needs is empty for ${needless.length} of ${Object.keys(services).length} services`,
      },
      { sentence: "name in needs every store it reads or writes, rebuildable ones too" },
    ),
  ];
}
