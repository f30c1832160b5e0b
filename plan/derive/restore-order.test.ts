import fc from "fast-check";
import { expect, test } from "vitest";

import { copy, postgres, rebuildable, service, wal } from "../builders.js";
import { definePlan } from "../define.js";
import type { Plan } from "../schema/index.js";
import { criticalDatasets, levels, restoreOrder } from "./restore-order.js";

const point = copy({ schedule: { kind: "interval", every: "1h" }, keep: "7d", direct: ["main"] });
const common = { at: "main", category: "all" };
const files = (more: object = {}) =>
  ({ kind: "files", ...common, path: "/srv/files", backups: [point], ...more }) as const;
const log = wal({ within: "1m", keep: "7d", direct: ["main"] });

const plan = (datasets: object, services: Record<string, object> = {}): Plan =>
  definePlan({
    name: "order",
    objectives: { rpo: "1h", rto: {} },
    sites: { main: { kind: "premises", location: "hall", role: "primary" } },
    datasets: datasets as never,
    services: Object.fromEntries(
      Object.entries(services).map(([name, more]) => [name, service({ image: name, ...more })]),
    ),
  });

test("configuration, PKI and keys first, then what critical services need, then what can wait", () => {
  const found = plan(
    {
      marketing: files(),
      rows: postgres({
        ...common,
        database: "app",
        backups: [log],
        references: [{ to: "attachments", what: "path" }],
      }),
      attachments: files({ keys: "keyring" }),
      keyring: files({ path: "/srv/keys" }),
      settings: {
        kind: "configuration",
        ...common,
        source: { kind: "git", reference: "settings" },
        backups: [point],
      },
      cache: rebuildable({ reason: "filled again on first use" }),
    },
    { app: { needs: ["rows"] }, letters: { needs: ["marketing"], critical: false } },
  );

  expect(restoreOrder(found).datasets).toEqual([
    ["keyring", "settings"],
    ["attachments"],
    ["rows"],
    ["marketing"],
  ]);
  expect(criticalDatasets(found)).toEqual(["rows", "attachments", "keyring", "settings"]);
});

test("services start after those they wait for; critical ones and what they wait for come first", () => {
  const found = plan(
    { rows: files() },
    {
      letters: { critical: false },
      web: { after: ["api"] },
      api: { after: ["auth"] },
      auth: { critical: false },
      statistics: { critical: false, after: ["letters"] },
    },
  );

  expect(restoreOrder(found).services).toEqual([["auth"], ["api"], ["web"], ["letters"], ["statistics"]]);
});

test("a circle is named", () => {
  const next: Record<string, string[]> = { a: ["b"], b: ["c"], c: ["b"] };

  expect(() => levels(["a", "b", "c"], (node) => next[node] ?? [], "after")).toThrow(
    "after goes in a circle: b → c → b",
  );
});

/** Nodes that need only nodes with a smaller number: no circle is possible. */
const graphs = fc
  .array(fc.array(fc.nat({ max: 30 }), { maxLength: 4 }), { minLength: 1, maxLength: 30 })
  .map((edges) =>
    edges.map((needs, index) => ({
      name: `n${index}`,
      needs: [...new Set(needs.filter((each) => each < index).map((each) => `n${each}`))],
    })),
  );

test("in any plan whatever points comes after what it points at, everything is there once, and in a stable order", () => {
  fc.assert(
    fc.property(graphs, fc.array(fc.nat({ max: 29 })), (nodes, foundations) => {
      const datasets = nodes.map(({ name, needs }, index) => [
        name,
        foundations.includes(index)
          ? {
              kind: "configuration",
              ...common,
              source: { kind: "git", reference: name },
              backups: [point],
              references: needs.map((to) => ({ to })),
            }
          : files({ references: needs.map((to) => ({ to })) }),
      ]);
      const made = plan(Object.fromEntries(datasets));
      const { datasets: order } = restoreOrder(made);
      const level = new Map(order.flatMap((names, index) => names.map((name) => [name, index] as const)));

      expect(order.flat().toSorted()).toEqual(nodes.map(({ name }) => name).toSorted());
      for (const { name, needs } of nodes)
        for (const to of needs) expect(level.get(to)).toBeLessThan(level.get(name) ?? -1);
      for (const names of order)
        expect(names).toEqual(nodes.map(({ name }) => name).filter((name) => names.includes(name)));
      expect(restoreOrder(made)).toEqual(restoreOrder(structuredClone(made)));
    }),
    { numRuns: 100 },
  );
});

test("levels are as few as the longest chain allows", () => {
  fc.assert(
    fc.property(graphs, (nodes) => {
      const needs = new Map(nodes.map((node) => [node.name, node.needs]));
      const found = levels(
        nodes.map(({ name }) => name),
        (name) => needs.get(name) ?? [],
        "needs",
      );
      for (const [index, names] of found.entries())
        for (const name of names)
          expect(index === 0 || (needs.get(name) ?? []).some((to) => found[index - 1]?.includes(to))).toBe(
            true,
          );
    }),
  );
});
