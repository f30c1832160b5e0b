import { keptDatasets } from "../datasets.js";
import type { KeptDataset, Plan } from "../schema/index.js";

/** What is brought back, in which order. Everything within one level can run at the same time. */
export interface RestoreOrder {
  /** Names of datasets; a level needs all levels before it. */
  readonly datasets: readonly (readonly string[])[];
  /** Names of services; a level is started when all before it are healthy and their datasets are restored. */
  readonly services: readonly (readonly string[])[];
}

/**
 * The order in which a plan is brought back.
 *
 * Datasets: configuration, PKI and keys first, because nothing else can be opened or reached without them; then what
 * critical services need; then the rest. Within each of these what is pointed at comes before what points at it, so
 * that nothing is opened whose references lead nowhere.
 *
 * Services: critical ones and what they wait for, then the rest, each after those named in `after`.
 *
 * Names of one level stand in the order in which the plan names them.
 *
 * @throws RangeError when references or `after` go in a circle, which a checked plan rules out
 */
export function restoreOrder(plan: Plan): RestoreOrder {
  const datasets = keptDatasets(plan);
  const kept = new Map(datasets);
  const order = datasets.map(([name]) => name);
  const pointsAt = (name: string) => {
    const dataset = kept.get(name);
    return dataset ? targets(dataset).filter((to) => kept.has(to) && to !== name) : [];
  };
  const first = closed(
    datasets.flatMap(([name, dataset]) => [...(isFoundation(dataset) ? [name] : []), ...keysOf(dataset)]),
    pointsAt,
  );
  const critical = closed(criticalDatasets(plan), pointsAt);
  const after = (name: string) => plan.services[name]?.after ?? [];
  const services = Object.keys(plan.services);
  const urgent = closed(
    services.filter((name) => plan.services[name]?.critical),
    after,
  );
  return {
    datasets: grouped(order, pointsAt, "references", [first, critical]),
    services: grouped(services, after, "after", [urgent]),
  };
}

/**
 * Datasets that an objective of time waits for: all but those that only services need which are not critical.
 *
 * What no service names counts: nobody said that it can wait.
 */
export function criticalDatasets(plan: Plan): string[] {
  const needed = new Map<string, boolean>();
  for (const { needs, critical } of Object.values(plan.services))
    for (const name of needs) needed.set(name, critical || needed.get(name) === true);
  return keptDatasets(plan).flatMap(([name]) => (needed.get(name) === false ? [] : [name]));
}

/**
 * Nodes by level: each as early as what it needs allows. Stable: in each level, as given.
 *
 * @param needs names that have to be in an earlier level; those that are not among the nodes are passed over
 * @param word what the plan calls the relation, for the message
 * @throws RangeError naming the circle
 */
export function levels(
  nodes: readonly string[],
  needs: (node: string) => readonly string[],
  word: string,
): string[][] {
  const known = new Set(nodes);
  const depth = new Map<string, number>();
  const open = new Set<string>();
  const depthOf = (node: string): number => {
    const found = depth.get(node);
    if (found !== undefined) return found;
    if (open.has(node)) {
      const circle = [...open];
      throw new RangeError(
        `${word} goes in a circle: ${[...circle.slice(circle.indexOf(node)), node].join(" → ")}`,
      );
    }
    open.add(node);
    const below = needs(node).filter((each) => known.has(each));
    const level = below.reduce((most, each) => Math.max(most, depthOf(each) + 1), 0);
    open.delete(node);
    depth.set(node, level);
    return level;
  };
  const found: string[][] = [];
  for (const node of nodes) {
    const level = depthOf(node);
    while (found.length <= level) found.push([]);
    found[level]?.push(node);
  }
  return found;
}

/** Levels of each group before any of the next; whatever is in no group comes last. */
function grouped(
  nodes: readonly string[],
  needs: (node: string) => readonly string[],
  word: string,
  groups: readonly ReadonlySet<string>[],
): string[][] {
  const group = (node: string) => {
    const index = groups.findIndex((each) => each.has(node));
    return index < 0 ? groups.length : index;
  };
  const parts = [...groups, undefined].map((): string[] => []);
  for (const node of nodes) parts[group(node)]?.push(node);
  return parts.flatMap((part) => levels(part, needs, word));
}

/** The names and everything they lead to. */
function closed(names: readonly string[], leadsTo: (name: string) => readonly string[]): Set<string> {
  const found = new Set<string>();
  const rest = [...names];
  for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
    if (found.has(name)) continue;
    found.add(name);
    rest.push(...leadsTo(name));
  }
  return found;
}

const isFoundation = ({ kind }: KeptDataset): boolean => kind === "configuration" || kind === "pki";

const keysOf = (dataset: KeptDataset): string[] =>
  dataset.kind === "files" && dataset.keys !== undefined ? [dataset.keys] : [];

const targets = (dataset: KeptDataset): string[] => [
  ...dataset.references.map(({ to }) => to),
  ...keysOf(dataset),
];
