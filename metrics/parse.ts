import type { Family, Point } from "./exposition.js";

/** Some file is no exposition of gauges such as ours. */
export class NoExposition extends Error {
  override readonly name = "NoExposition";
}

const name = "[a-zA-Z_:][a-zA-Z0-9_:]*";
// Only a line feed ends a line; JavaScript's dot stops at other separators too.
const helpLine = new RegExp(`^# HELP (${name}) (.*)$`, "s");
const typeLine = new RegExp(`^# TYPE (${name}) (\\w+)$`);
const sampleLine = new RegExp(`^(${name})(?:\\{(.*)\\})? (\\S+)$`, "s");
const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/;

/**
 * Reads Prometheus' text format as far as we write it: gauges, each with its HELP and TYPE before its lines.
 *
 * @throws NoExposition that names the line: a file of somebody else's is not to be written over
 */
export function parseExposition(text: string): Family[] {
  const found = new Map<string, { help: string; typed: boolean; points: Point[] }>();
  for (const [at, line] of text.split("\n").entries()) {
    const refuse = (why: string): never => {
      throw new NoExposition(`line ${at + 1} ${why}: ${line.slice(0, 120)}`);
    };
    if (line === "") continue;
    const [, helped, help] = helpLine.exec(line) ?? [];
    const [, typed, type] = typeLine.exec(line) ?? [];
    const [, sampled, labels = "", value] = sampleLine.exec(line) ?? [];
    if (helped !== undefined && help !== undefined) {
      if (found.has(helped)) refuse("repeats a metric");
      found.set(helped, { help: unescaped(help), typed: false, points: [] });
    } else if (typed !== undefined) {
      const family = found.get(typed) ?? refuse("has a type without a help");
      if (type !== "gauge" || family.typed || family.points.length > 0) refuse("is no gauge's one type");
      family.typed = true;
    } else if (sampled !== undefined && value !== undefined && !line.startsWith("#")) {
      const family = found.get(sampled) ?? refuse("has no help");
      if (!family.typed) refuse("has no type");
      family.points.push({
        labels: labelsIn(labels) ?? refuse("has labels that are none"),
        value: number(value) ?? refuse("has no number"),
      });
    } else refuse("is nothing known");
  }
  return [...found].map(([family, { help, points }]) => ({ name: family, help, points }));
}

function labelsIn(text: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (let rest = text; rest !== ""; ) {
    const [whole, key, value] = label.exec(rest) ?? [];
    if (whole === undefined || key === undefined || value === undefined || key in found) return undefined;
    found[key] = unescaped(value);
    rest = rest.slice(whole.length);
  }
  return found;
}

const unescaped = (text: string) =>
  text.replaceAll(/\\(["\\n])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));

function number(text: string): number | undefined {
  if (text === "+Inf" || text === "Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  if (text === "NaN" || text === "Nan") return Number.NaN;
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) ? Number(text) : undefined;
}
