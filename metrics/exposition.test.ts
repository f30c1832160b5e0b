import fc from "fast-check";
import { expect, test } from "vitest";

import { definitions, type MetricName, type Sample } from "./definitions.js";
import { exposition, families } from "./exposition.js";
import { operationSamples } from "./operation.js";
import { NoExposition, parseExposition } from "./parse.js";

const labels = { dataset: "messages", kind: "logical", site: "virginia" };
const run = (succeeded: boolean, operation: "backup" | "restore" = "backup") =>
  operationSamples({
    operation,
    labels,
    startedAt: new Date("2026-05-01T02:00:00Z"),
    finishedAt: new Date("2026-05-01T02:10:00.500Z"),
    succeeded,
  });

test("C13: under the prefix dchat_ the documented metrics exist under exactly their names", async () => {
  const samples: Sample[] = [
    ...run(true),
    { name: "backup_size_bytes", labels, value: 12_345 },
    ...run(true, "restore"),
  ];
  const lines = (await exposition(families("dchat_", samples))).split("\n");

  const at = '{dataset="messages",kind="logical",site="virginia"}';
  expect(lines).toContain("# TYPE dchat_backup_last_success_timestamp gauge");
  expect(lines).toContain(`dchat_backup_last_success_timestamp${at} 1777601400.5`);
  expect(lines).toContain(`dchat_backup_duration_seconds${at} 600.5`);
  expect(lines).toContain(`dchat_backup_size_bytes${at} 12345`);
  expect(lines).toContain(`dchat_restore_duration_seconds${at} 600.5`);
  expect(lines).toContain(`dchat_backup_last_run_success${at} 1`);
});

test("a run that did not succeed says so and nothing of a success", () => {
  expect(run(false).map(({ name, value }) => [name, value])).toEqual([
    ["backup_last_run_timestamp", 1777601400.5],
    ["backup_last_run_success", 0],
  ]);
});

test("labels that do not apply are left out, and every name is one that Prometheus takes", async () => {
  const samples = (Object.keys(definitions) as MetricName[]).map((name) => ({ name, labels: {}, value: 1 }));
  const text = await exposition(families("secondsite_", samples));

  const found = parseExposition(text);
  expect(found.map(({ name }) => name)).toEqual(Object.keys(definitions).map((name) => `secondsite_${name}`));
  for (const { name, points } of found) {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(points).toEqual([{ labels: {}, value: 1 }]);
  }
});

test("whatever labels and numbers are, what is read is what was written", async () => {
  const points = fc.uniqueArray(
    fc.record({
      labels: fc.record({ dataset: fc.string(), site: fc.string({ unit: "grapheme" }) }),
      value: fc.oneof(fc.double(), fc.integer()),
    }),
    {
      minLength: 1,
      maxLength: 5,
      selector: ({ labels: { dataset, site } }) => JSON.stringify([dataset, site]),
    },
  );
  await fc.assert(
    fc.asyncProperty(points, async (given) => {
      const [found] = parseExposition(
        await exposition([{ name: "x", help: 'a "b" \\ c\nd', points: given }]),
      );
      // An exposition knows no negative zero.
      expect(found).toEqual({
        name: "x",
        help: 'a "b" \\ c\nd',
        points: given.map((point) => ({ ...point, value: point.value + 0 })),
      });
    }),
    // Separators that are no line's end to Prometheus.
    { numRuns: 500, examples: [[[{ labels: { dataset: "\r", site: "\u2028\u2029" }, value: 1 }]]] },
  );
});

test.each([
  ["x 1", "no help"],
  ["# HELP x y\nx 1", "no type"],
  ["# HELP x y\n# TYPE x counter", "no gauge"],
  ["# HELP x y\n# TYPE x gauge\n# TYPE x gauge", "no gauge"],
  ["# HELP x y\n# HELP x y", "repeats"],
  ["# TYPE x gauge", "without a help"],
  ["# HELP x y\n# TYPE x gauge\nx one", "no number"],
  ['# HELP x y\n# TYPE x gauge\nx{a="1" b="2"} 1', "labels"],
  ['# HELP x y\n# TYPE x gauge\nx{a="1",a="2"} 1', "labels"],
  ["node_exporter's own\n", "nothing known"],
])("%j is refused: %s", (text, why) => {
  expect(() => parseExposition(text)).toThrow(NoExposition);
  expect(() => parseExposition(text)).toThrow(why);
});
