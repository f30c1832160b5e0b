import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folder of the plans. */
export const plansFolder = join(import.meta.dirname, "..");

/** Durations, sizes, schedules, percentages, numbers of things: as each is written. */
const figure =
  /"\d+(?:\.\d+)?(?:ms|[smhdwyB]|[KMGT]iB)"|(?<=\bcron\()"[^"]+"|(?<=\b(?:percent|count|versions|daily|weekly|monthly|yearly|failures|nodes|servers|replicas): )\d+/g;
const closes = /^\s*[\])}]/;

/** A line of a plan with a figure in it. */
interface Cited {
  /** From 1. */
  readonly line: number;
  /** The comment on its line, or at the end of the literal that it stands in. @default none */
  readonly says: string | undefined;
}

/** What a line's comment says: on the line itself, or at the end of the literal that it stands in. */
function citation(lines: readonly string[], line: number): string | undefined {
  const said = (text: string | undefined) => / \/\/ (.+)$/.exec(text ?? "")?.[1];
  const own = said(lines[line]);
  if (own) return own;
  let end = line + 1;
  while (end < lines.length && !closes.test(lines[end] ?? "")) end += 1;
  for (; closes.test(lines[end] ?? ""); end += 1) {
    const found = said(lines[end]);
    if (found) return found;
  }
  return undefined;
}

/** Every line of a plan's text that has a figure, with where it says it comes from. */
export function citedIn(text: string): Cited[] {
  const lines = text.split("\n");
  return lines.flatMap((content, line) =>
    content.search(figure) >= 0 ? [{ line: line + 1, says: citation(lines, line) }] : [],
  );
}

/** A plan's text with something else in the place of each figure of which it says where it comes from. */
export function withFiguresMarked(text: string, mark: (says: string) => string): string {
  const lines = text.split("\n");
  return lines
    .map((content, line) => {
      const says = citation(lines, line);
      return says ? content.replace(figure, () => mark(says)) : content;
    })
    .join("\n");
}

/** The files that a plan is written in: its entry and, where there is one, the folder of the same name. */
export function filesOf(plan: string): string[] {
  const folder = join(plansFolder, plan);
  return [`${plan}.ts`, ...(existsSync(folder) ? readdirSync(folder) : []).map((name) => `${plan}/${name}`)];
}

export const textOf = (file: string): string => readFileSync(join(plansFolder, file), "utf8");
