import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { jurisdictionAt, liesWithin } from "../jurisdictions.js";
import { type BackupKind, methods } from "../schema/index.js";
import { podReadable } from "../state-backend.js";
import { startedByPods } from "../tended.js";
import { cycles } from "./cycles.js";
import { unknownName } from "./names.js";
import { isNoneOf, servingKinds } from "./sites.js";

const allowed: Readonly<Record<string, readonly BackupKind[]>> = methods;

/** Kinds whose engine is a running program. */
const running: ReadonlySet<string> = new Set(["postgres", "mysql", "sqlite", "audit-log", "raft"]);

/** What a dataset names exists, its backups are of kinds it can have, and it lives where it may. */
export function datasetRules(plan: CheckablePlan): Problem[] {
  const { sites, datasets = {}, people, objectives } = plan;
  return [
    ...Object.entries(datasets).flatMap(([name, dataset]) => {
      const place = `datasets.${name}`;
      const site = dataset.at === undefined ? undefined : sites?.[dataset.at];
      const problems = [
        ...unknownName("site", `${place}.at`, dataset.at, sites),
        ...unknownName("person", `${place}.owner`, dataset.owner, people),
        ...unknownName("class of objectives", `${place}.class`, dataset.class, objectives.classes),
        ...unknownName("site", `${place}.head`, dataset.head, sites),
        ...unknownName("dataset", `${place}.keys`, dataset.keys, datasets),
        ...dataset.references.flatMap(({ to }, index) =>
          unknownName("dataset", `${place}.references[${index}].to`, to, datasets),
        ),
        ...wrongMethods(place, dataset),
        ...sideBySideElsewhere(place, dataset),
        ...beyondPods(place, dataset, sites),
      ];
      if (dataset.kind !== undefined && running.has(dataset.kind) && isNoneOf(site, servingKinds))
        problems.push({
          at: `${place}.at`,
          message: `"${dataset.at}" is of kind "${site?.kind}", where no ${dataset.kind} runs; name an aws-region, a vps or premises`,
        });
      if (dataset.head !== undefined && dataset.head === dataset.at)
        problems.push({
          at: `${place}.head`,
          message: `must be another site than the log's own, or both are cut off at once; got "${dataset.head}"`,
        });
      if (dataset.keys !== undefined && dataset.keys === name)
        problems.push({
          at: `${place}.keys`,
          message: `must be another dataset, got "${name}" itself`,
        });
      return [...problems, ...outsideItsResidency(place, dataset, site)];
    }),
    ...cyclicReferences(datasets),
  ];
}

type Datasets = NonNullable<CheckablePlan["datasets"]>;

function wrongMethods(place: string, { kind, backups }: Datasets[string]): Problem[] {
  const can = kind !== undefined && Object.hasOwn(allowed, kind) ? allowed[kind] : undefined;
  if (!can) return [];
  return backups.flatMap(({ kind: method }, index) =>
    method === undefined || !isMethod(method) || can.includes(method)
      ? []
      : [
          {
            at: `${place}.backups[${index}].kind`,
            message: `a ${kind} dataset has no "${method}" backup; it can have: ${can.join(", ")}`,
          },
        ],
  );
}

/** Only pg_dump writes several tables at once: of others it would be promised and not done. */
function sideBySideElsewhere(place: string, { kind, backups }: Datasets[string]): Problem[] {
  if (kind === undefined || kind === "postgres") return [];
  return backups.flatMap(({ kind: method, parallel }, index) =>
    method === "logical" && parallel !== undefined
      ? [
          {
            at: `${place}.backups[${index}].parallel`,
            message: `only a postgres dataset is dumped side by side, got ${JSON.stringify(parallel)} of a ${kind} dataset; leave it out`,
          },
        ]
      : [],
  );
}

/** Whether any kind of dataset has it; the schema says so when none does. */
const isMethod = (method: string): method is BackupKind =>
  Object.values(allowed).some((kinds) => kinds.some((kind) => kind === method));

/** Where a cluster's Pods are to read Pulumi's state, it is where they can. */
function beyondPods(
  place: string,
  { source: { kind, reference }, backups }: Datasets[string],
  sites: CheckablePlan["sites"] = {},
): Problem[] {
  if (kind !== "pulumi-state" || reference === undefined || podReadable(reference)) return [];
  const byPods = backups.some((backup) => startedByPods(backup, sites));
  // The address is not shown: it may have a password in it.
  return byPods
    ? [
        {
          at: `${place}.source.reference`,
          message: `is no bucket at AWS that a Pod's role can read, and Kubernetes starts its backups; expected "s3://<bucket>[/<prefix>][?region=…]", or a schedule with another runner, or on("change")`,
        },
      ]
    : [];
}

function outsideItsResidency(
  place: string,
  { residency, at }: Datasets[string],
  site: NonNullable<CheckablePlan["sites"]>[string] | undefined,
): Problem[] {
  const where = site && jurisdictionAt(site);
  const within = residency?.flatMap((each) => each ?? []);
  if (where === undefined || within === undefined || liesWithin(where, within)) return [];
  return [
    {
      at: `${place}.residency`,
      message: `it lives at "${at}" in "${where}", which is outside of ${within.map((each) => `"${each}"`).join(", ")}`,
    },
  ];
}

function cyclicReferences(datasets: Datasets): Problem[] {
  const graph = new Map(
    Object.entries(datasets).map(([name, { references }]) => [
      name,
      references.flatMap(({ to }) => (to === undefined ? [] : [to])),
    ]),
  );
  return cycles(graph).map((names) => {
    const [last, first] = [names.at(-2) ?? "", names[0] ?? ""];
    return {
      at: `datasets.${last}.references[${(graph.get(last) ?? []).indexOf(first)}].to`,
      message: `references go round in a circle: ${names.join(" -> ")}; none of them could be restored first`,
    };
  });
}
