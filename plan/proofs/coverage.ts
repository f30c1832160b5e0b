import { keptDatasets } from "../datasets.js";
import type { KeptDataset, Plan } from "../schema/index.js";
import { disasters } from "../schema/index.js";
import { seconds } from "../units.js";
import type { Finding, Proof } from "./finding.js";
import { broken, holds, listed, risk } from "./holdings.js";
import { pointer } from "./patched.js";
import { rpoObjective } from "./rpo/objective.js";

/** Nothing that is promised is about nothing, and nothing that is there has nobody who answers for it. */
export const coverage: Proof = (plan) => {
  const kept = keptDatasets(plan);
  return [...classes(plan, kept), ...owners(plan, kept), ...stores(plan, kept)];
};

type Kept = readonly [string, KeptDataset];

/** A class of objectives that no dataset carries promises something about data that nobody named. */
function classes(plan: Plan, kept: readonly Kept[]): Finding[] {
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
    const taker = kept.find(
      ([, dataset]) =>
        (dataset.class === undefined || (carriers.get(dataset.class) ?? 0) > 1) &&
        isNoStricter(plan, dataset, name),
    );
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
            ? `if "${taker[0]}" is such data, set its class: "${name}"; else name the dataset that is`
            : `set class: "${name}" on the datasets it is about, or declare them`,
          ...(taker
            ? { patch: [{ op: "add", path: pointer("datasets", taker[0], "class"), value: name } as const] }
            : {}),
        },
      ),
    ];
  });
}

/** Whether a class asks no more of a dataset than it has to keep already, so that taking it breaks nothing. */
function isNoStricter(plan: Plan, dataset: KeptDataset, name: string): boolean {
  return disasters.every((disaster) => {
    const wanted = rpoObjective(plan, { ...dataset, class: name }, disaster);
    const now = rpoObjective(plan, dataset, disaster);
    return typeof wanted === "object" || (typeof now !== "object" && seconds(wanted) >= seconds(now));
  });
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
  const holding = holds("coverage/stores", "datasets", {
    message: `${kept.length + rebuilt.length} stores are declared: ${kept.length} are backed up, ${rebuilt.length} ${rebuilt.length === 1 ? "is" : "are"} rebuilt`,
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
