import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";

import type { Operation } from "rfc6902";
import { expect, test } from "vitest";

import type { Plan } from "../plan/index.js";
import { type Finding, prove } from "../plan/proofs/index.js";
import { termNames } from "../plan/proofs/rpo/terms.js";
import { loadPlan } from "../plans/load.js";
import { ruleIds } from "./testing/rule-ids.js";
import { asOf, changed, findingOf, planOf, rendered, rulePages } from "./testing/rule-pages.js";

const pages = await rulePages();
const sections = pages.flatMap(({ family, sections }) => sections.map((section) => ({ family, ...section })));

test("every rule that a proof can emit has one section on its family's page, and no section is about any other", async () => {
  const documented = sections.map(({ rule }) => rule);

  expect(documented.toSorted()).toEqual(await ruleIds());
  expect(sections.filter(({ family, rule }) => !rule.startsWith(`${family}/`))).toEqual([]);
});

test("F5: no worked plan gets a finding whose rule is nowhere explained", async () => {
  const known = new Set(sections.map(({ rule }) => rule));
  const names = ["airgapped-messenger", "invoicing", "kubernetes-chat", "multi-vps", "support-desk"];
  const files = names.flatMap((name) => [`plans/${name}.ts`, `plans/as-documented/${name}.ts`]);
  for (const file of files)
    for (const { rule } of prove(await loadPlan(file), asOf))
      expect(known, `${file}: ${rule}`).toContain(rule);
});

const examples = sections.flatMap(({ rule, examples }) => examples.map((example) => ({ of: rule, example })));

test("each section has an example of its own rule", () => {
  expect(sections.filter(({ rule, examples }) => examples[0]?.rule !== rule).map(({ rule }) => rule)).toEqual(
    [],
  );
});

test.each(examples)(
  "the example of $of in $example.plan is found at $example.at, and its fix mends it",
  async ({ example }) => {
    const plan = await planOf(example);
    const finding = findingOf(plan, example);

    expect(finding, "the finding as the page announces it").toBeDefined();
    const patch = finding?.fix?.patch;
    if (!finding || !patch) return;
    const mended = changed(plan, patch as Operation[]);
    expect(sameAs(mended, finding)).toBeLessThan(sameAs(plan, finding));
  },
);

/** How many findings like one there are; one change may mend several. */
const sameAs = (plan: Plan, { rule, severity, at, disaster }: Finding) =>
  prove(plan, asOf).filter(
    (found) =>
      found.severity === severity && found.rule === rule && found.at === at && found.disaster === disaster,
  ).length;

test.each(pages)("what $family shows is what the check prints (-u writes it down anew)", async (page) => {
  await expect(await rendered(page)).toMatchFileSnapshot(page.file);
});

test("each term of the arithmetic of loss is explained", () => {
  const text = pages.find(({ family }) => family === "rpo")?.text ?? "";
  const explained = [...text.matchAll(/^\| ([a-z, ]+) \| /gm)].flatMap(([, names = ""]) => names.split(", "));

  expect(new Set(explained)).toEqual(new Set(termNames));
});

test("the index links every page, and every rule to its section", async () => {
  const index = await readFile(join(import.meta.dirname, "rules.md"), "utf8");

  const missing = sections.filter(({ family, rule }) => {
    const anchor = rule.replaceAll("/", "");
    return !index.includes(`[\`${rule}\`](rules/${family}.md#${anchor})`);
  });
  expect(missing.map(({ rule }) => rule)).toEqual([]);
  const linked = [...index.matchAll(/\]\(rules\/([a-z-]+\.md)/g)].map(([, file]) => file);
  expect(new Set(linked)).toEqual(new Set(pages.map(({ file }) => basename(file))));
});
