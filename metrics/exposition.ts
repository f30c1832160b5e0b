import { Gauge, Registry } from "prom-client";

import { definitions, type Sample } from "./definitions.js";

/** A metric as it stands in an exposition, whoever wrote it. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly points: readonly Point[];
}

/** One line of it. */
export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples as metrics under a prefix. */
export function families(prefix: string, samples: readonly Sample[]): Family[] {
  return Object.entries(definitions).flatMap(([name, help]) => {
    const points = samples.filter((sample) => sample.name === name);
    return points.length === 0 ? [] : [{ name: `${prefix}${name}`, help, points: points.map(asPoint) }];
  });
}

const asPoint = ({ labels, value }: Sample): Point => ({ labels: { ...labels }, value });

/** Metrics in Prometheus' text format; of two points with the same labels the later one counts. */
export function exposition(found: readonly Family[]): Promise<string> {
  const registry = new Registry();
  for (const { name, help, points } of found) {
    const labelNames = [...new Set(points.flatMap(({ labels }) => Object.keys(labels)))];
    const gauge = new Gauge({ name, help, labelNames, registers: [registry] });
    for (const { labels, value } of points) gauge.set({ ...labels }, value);
  }
  return registry.metrics();
}
