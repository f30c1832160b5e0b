import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { applyPatch, type Operation } from "rfc6902";

import { type Plan, parsePlan } from "../../plan/index.js";
import { type Finding, prove } from "../../plan/proofs/index.js";
import { loadPlan } from "../../plans/load.js";
import { findingsTable } from "../../scripts/findings-table.js";

/** The day as of which examples are proved. */
export const asOf = new Date("2026-11-21T00:00:00Z");

const root = join(import.meta.dirname, "../..");
const folder = join(root, "docs/rules");

/** One page about the rules of a family. */
export interface RulePage {
  /** Absolute. */
  readonly file: string;
  readonly family: string;
  readonly text: string;
  /** A section for each rule, in order. */
  readonly sections: readonly Section[];
}

/** What a page says about one rule. */
export interface Section {
  readonly rule: string;
  readonly examples: readonly Example[];
}

/** A plan, what is changed of it, and the finding that results. */
export interface Example {
  /** Name of a worked plan. */
  readonly plan: string;
  /** Steps that break it; none where it is shown as it is. */
  readonly patch: readonly Operation[];
  readonly severity: Finding["severity"];
  readonly rule: string;
  readonly disaster: string | undefined;
  readonly at: string;
}

/** Every page of `docs/rules`. */
export async function rulePages(): Promise<RulePage[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".md")).sort();
  return await Promise.all(
    files.map(async (name) => {
      const file = join(folder, name);
      const text = await readFile(file, "utf8");
      return { file, family: basename(name, ".md"), text, sections: sectionsOf(text) };
    }),
  );
}

function sectionsOf(text: string): Section[] {
  return text.split(/^## /m).flatMap((part) => {
    const [, rule] = /^`([a-z-]+\/[a-z0-9-]+)`\n/.exec(part) ?? [];
    return rule === undefined ? [] : [{ rule, examples: [...part.matchAll(shape)].map(exampleOf) }];
  });
}

/** A link to the plan, the patch unless the plan is shown as it is, and what the check prints: two lines, then more. */
const shape =
  /\[`plans\/([a-z-]+)\.ts`\]\(\S+\)(?: as it is)?:\n\n(?:```json\n([\s\S]*?)\n```\n\n)?(```text\n([✖!✔]) (\S+)(?: \(([a-z-]+)\))?\n(\S+)\n)([\s\S]*?)```/g;
const severities = { "✖": "error", "!": "warning", "✔": "info" } as const;

function exampleOf([, plan = "", patch, , sign, rule = "", disaster, at = ""]: RegExpMatchArray): Example {
  const severity = severities[sign as keyof typeof severities];
  return { plan, patch: patch === undefined ? [] : JSON.parse(patch), severity, rule, disaster, at };
}

/** The plan of an example under another name, with its change made. @throws InvalidPlan when it is none any more */
export async function planOf({ plan, patch }: Pick<Example, "plan" | "patch">): Promise<Plan> {
  return changed(await loadPlan(join(root, "plans", `${plan}.ts`)), patch);
}

/** A plan with a patch applied to its JSON, read again. @throws Error when the patch does not fit */
export function changed(plan: Plan, patch: readonly Operation[]): Plan {
  const json = JSON.parse(JSON.stringify({ ...plan, name: "example" }));
  const [wrong] = applyPatch(json, [...patch]).filter((problem) => problem !== null);
  if (wrong) throw wrong;
  return parsePlan(json);
}

/** The finding that an example announces, as the check finds it. */
export const findingOf = (plan: Plan, { severity, rule, at, disaster }: Example): Finding | undefined =>
  prove(plan, asOf).find(
    (found) =>
      found.severity === severity && found.rule === rule && found.at === at && found.disaster === disaster,
  );

/** Columns of a narrow terminal, so that nobody has to scroll sideways. */
const width = 71;

/** A page with what the check prints for each of its examples now; one without the finding stays as it is. */
export async function rendered({ text }: RulePage): Promise<string> {
  const parts: string[] = [];
  let last = 0;
  for (const match of text.matchAll(shape)) {
    const example = exampleOf(match);
    const finding = findingOf(await planOf(example), example);
    const fence = match[0].lastIndexOf("```text\n");
    const end = match.index + match[0].length;
    parts.push(text.slice(last, match.index + fence));
    parts.push(
      finding
        ? `\`\`\`text\n${findingsTable([finding], { width, colour: false })}\n\`\`\``
        : match[0].slice(fence),
    );
    last = end;
  }
  return [...parts, text.slice(last)].join("");
}
