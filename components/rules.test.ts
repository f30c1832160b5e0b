import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import ts from "typescript";
import { describe, expect, test } from "vitest";

import plan from "../plans/kubernetes-chat.js";
import { FailoverRecord } from "./dns/failover-record.js";
import { PlanIdentities } from "./identity/plan-identities.js";
import { SiteRegion } from "./region/site-region.js";
import { record } from "./testing/record.js";
import { PlanVaults } from "./vault/plan-vaults.js";

const files = readdirSync(import.meta.dirname, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("testing"));
const sources = files.map((file) =>
  ts.createSourceFile(
    file,
    readFileSync(join(import.meta.dirname, file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  ),
);

function nodes<T extends ts.Node>(source: ts.Node, is: (node: ts.Node) => node is T): T[] {
  const found: T[] = [];
  const visit = (node: ts.Node): void => {
    if (is(node)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const components = sources.flatMap((source) =>
  nodes(source, ts.isClassDeclaration)
    .filter(({ heritageClauses }) =>
      heritageClauses?.some((each) => /ComponentResource\b/.test(each.getText())),
    )
    .map((component) => ({ file: source.fileName, component, name: component.name?.text ?? "" })),
);

test("the scan sees the components", () => {
  expect(components.map(({ name }) => name)).toEqual(
    expect.arrayContaining(["CategoryKey", "VaultBucket", "SiteRegion", "FailoverRecord"]),
  );
});

describe.each(components)("$name ($file)", ({ file, component, name }) => {
  test("registers its outputs, last", () => {
    const [made] = nodes(component, ts.isConstructorDeclaration);
    expect(made?.body?.statements.at(-1)?.getText()).toMatch(/^this\.registerOutputs\(/);
  });

  test("has the token of its folder and class", () => {
    const [folder] = file.split("/");
    const [token] = nodes(component, ts.isCallExpression)
      .filter(({ expression }) => expression.kind === ts.SyntaxKind.SuperKeyword)
      .map((call) => call.arguments[0]?.getText());
    expect(token).toBe(`"secondsite:${folder}:${name}"`);
  });

  test("stands in a file of its own, and says what it is", () => {
    expect(components.filter((each) => each.file === file)).toHaveLength(1);
    expect(ts.getJSDocCommentsAndTags(component)).not.toEqual([]);
  });
});

test("every optional argument states its default", () => {
  const missing = sources.flatMap((source) =>
    nodes(source, ts.isPropertySignature)
      .filter(({ questionToken, parent }) => questionToken && isExported(parent))
      .filter((property) => !ts.getJSDocTags(property).some(({ tagName }) => tagName.text === "default"))
      .map((property) => `${source.fileName}: ${property.name.getText()}`),
  );
  // A statement of a policy has IAM's own fields, whose absence means what IAM says.
  expect(missing.filter((each) => !each.startsWith("identity/policy-document.ts"))).toEqual([]);
});

test("components read no configuration, no environment and no clock", () => {
  for (const source of sources)
    expect(source.getText(), source.fileName).not.toMatch(
      /pulumi\.Config\b|process\.env|Date\.now|new Date\(|Math\.random/,
    );
});

test("every resource has a component for a parent", async () => {
  const images = { runner: "runner:1", services: { api: "api:1" } };
  const endpoint = { service: "192.0.2.1", health: "192.0.2.2" };
  const { resources } = await record(() => {
    const { keyArns } = new PlanVaults("chat", { plan });
    new PlanIdentities("chat", { plan, keyArns });
    new SiteRegion("chat-virginia", { plan, site: "virginia", active: true, images });
    if (plan.dns)
      new FailoverRecord("chat", {
        dns: plan.dns,
        primary: { site: "virginia", endpoint },
        standby: { site: "oregon", endpoint },
      });
  });
  expect(resources.length).toBeGreaterThan(70);
  for (const { lineage, name } of resources) expect(lineage, name).toMatch(/^secondsite:\w+:\w+\$/);
});

function isExported(parent: ts.Node): boolean {
  return (
    ts.isInterfaceDeclaration(parent) &&
    (parent.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false)
  );
}
