import { expect, test } from "vitest";

import { checkable } from "../checkable.js";
import { jurisdictionAt, liesWithin } from "../jurisdictions.js";
import { cycles } from "./cycles.js";
import { crossReferences } from "./index.js";

const identities = { deployers: [], breakGlass: [] };
const sites = {
  home: { kind: "aws-region", region: "us-east-1", role: "primary" },
  away: { kind: "object-store", provider: "hetzner", region: "fsn1" },
};
const data = { kind: "sqlite", at: "home", category: "c", backups: [] };
const said = (plan: object, asOf?: Date) =>
  crossReferences(checkable({ identities, sites, ...plan }), asOf).map(
    ({ at, message }) => `${at}: ${message}`,
  );

test.each<[string, object, string]>([
  [
    "a class",
    { datasets: { d: { ...data, class: "x" } } },
    "datasets.d.class: no class of objectives is called",
  ],
  ["an owner", { datasets: { d: { ...data, owner: "x" } } }, "datasets.d.owner: no person is called"],
  ["a log's head", { datasets: { d: { ...data, head: "x" } } }, "datasets.d.head: no site is called"],
  [
    "a reference",
    { datasets: { d: { ...data, references: [{ to: "x" }] } } },
    "datasets.d.references[0].to: no dataset",
  ],
  ["a service", { services: { s: { after: ["x"] } } }, "services.s.after[0]: no service is called"],
  ["a drill's dataset", { datasets: {}, drills: [{ datasets: ["x"] }] }, "drills[0].datasets[0]: no dataset"],
  ["an alert's person", { alerts: [{ to: ["x"] }] }, "alerts[0].to[0]: no person is called"],
  ["an escalation", { escalation: ["x"] }, "escalation[0]: no person is called"],
  ["a waiver's person", { waivers: [{ by: "x" }] }, "waivers[0].by: no person is called"],
  ["a holder", { keys: { recovery: { holders: ["x"] } } }, "keys.recovery.holders[0]: no person is called"],
  ["a closure", { closure: { state: { at: ["x"] } } }, "closure.state.at[0]: no site is called"],
  ["access", { access: { ci: { deletes: ["x"] } } }, "access.ci.deletes[0]: no site is called"],
  ["a witness", { lease: { witness: "x" } }, "lease.witness: no site is called"],
])("an unknown name in %s is one problem with its place", (_what, plan, start) => {
  const problems = said(plan);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(start);
});

test.each<[string, object, string]>([
  [
    "log of a database that has none",
    { datasets: { d: { ...data, backups: [{ kind: "wal", direct: ["home"] }] } } },
    'datasets.d.backups[0].kind: a sqlite dataset has no "wal" backup; it can have: copy, append',
  ],
  [
    "tables side by side of what is no PostgreSQL",
    { datasets: { d: { ...data, kind: "mysql", backups: [{ kind: "logical", parallel: { jobs: 4 } }] } } },
    'datasets.d.backups[0].parallel: only a postgres dataset is dumped side by side, got {"jobs":4} of a mysql dataset; leave it out',
  ],
  [
    "services that wait for each other",
    { services: { a: { after: ["b"] }, b: { after: ["a"] } } },
    "services.b.after[0]: services wait for each other: a -> b -> a; none of them could start first",
  ],
  [
    "references in a circle",
    { datasets: { a: { ...data, references: [{ to: "b" }] }, b: { ...data, references: [{ to: "a" }] } } },
    "datasets.b.references[0].to: references go round in a circle: a -> b -> a; none of them could be restored first",
  ],
  [
    "data that lives outside of its residency",
    { datasets: { d: { ...data, residency: ["eu"] } } },
    'datasets.d.residency: it lives at "home" in "us", which is outside of "eu"',
  ],
  [
    "AWS without identities",
    { identities: undefined },
    'identities: "home" is created at AWS, which needs to know who deploys and who breaks the glass; add identities: { deployers, breakGlass }',
  ],
])("refuses %s", (_what, plan, message) => {
  expect(said(plan)).toEqual([message]);
});

const everyHour = { kind: "cron", cron: "0 * * * *" };
const kept = (reference: string, schedule: object, at = "home") => ({
  ...{ kind: "configuration", at: "home", category: "c", source: { kind: "pulumi-state", reference } },
  backups: [{ kind: "copy", direct: [at], schedule }],
});
test.each<[string, object, number]>([
  ["a folder, by Kubernetes", kept("/srv/state", everyHour), 1],
  ["another server, by Kubernetes", kept("s3://state?endpoint=https://127.0.0.1", everyHour), 1],
  ["a profile, by Kubernetes", kept("s3://state?profile=ops", everyHour), 1],
  ["what is no address", kept("s3://ops:hunter2@state", everyHour), 1],
  ["a bucket at AWS", kept("s3://state/teams?region=eu-west-1", everyHour), 0],
  ["a folder, after each change", kept("/srv/state", { kind: "event", on: "change", within: "4m" }), 0],
  ["a folder, by systemd", kept("/srv/state", { ...everyHour, runner: "systemd" }), 0],
  ["a folder, where no cluster is", kept("/srv/state", everyHour, "away"), 0],
])("C19: what Pods are to read of Pulumi's state is where they can: %s", (_what, dataset, count) => {
  const problems = said({ datasets: { d: dataset } });
  expect(problems).toHaveLength(count);
  for (const problem of problems) {
    expect(problem).toMatch(/^datasets\.d\.source\.reference: is no bucket at AWS .* expected "s3:/);
    expect(problem).not.toContain("hunter2");
  }
});

test("a waiver is over the day after its last one, and only when a day is given", () => {
  const plan = { people: { ana: {} }, waivers: [{ rule: "rpo/region", by: "ana", until: "2026-03-01" }] };

  expect(said(plan)).toEqual([]);
  expect(said(plan, new Date("2026-03-01T23:00:00Z"))).toEqual([]);
  expect(said(plan, new Date("2026-03-02T00:00:00Z"))[0]).toContain("waivers[0].until: the waiver of");
});

test.each([5, [], null, { sites: 5, datasets: [1], services: { s: 3 }, waivers: "x", keys: null }])(
  "a plan of any shape can be cross-checked: %j",
  (input) => {
    expect(() => crossReferences(checkable(input))).not.toThrow();
  },
);

test("each circle is found once, from wherever it is reached", () => {
  const graph = new Map(Object.entries({ x: ["a"], a: ["b"], b: ["c", "a"], c: ["c"] }));
  expect(cycles(graph)).toEqual([
    ["c", "c"],
    ["a", "b", "a"],
  ]);
});

test("D13: a provider's region implies whose law applies; a hint of a place implies nothing", () => {
  expect(jurisdictionAt({ kind: "aws-region", region: "eu-west-1" })).toBe("ie");
  expect(jurisdictionAt({ provider: "linode", region: "us-ord-1" })).toBe("us");
  expect(jurisdictionAt({ provider: "cloudflare", region: "weur" })).toBeUndefined();
  // What is said more closely counts, as long as the other does not contradict it.
  expect(jurisdictionAt({ provider: "hetzner", region: "fsn1", jurisdiction: "eu" })).toBe("de");
  expect(jurisdictionAt({ provider: "hetzner", region: "ash", jurisdiction: "eu" })).toBe("eu");
  expect(jurisdictionAt({ provider: "minio", region: "fsn1", jurisdiction: "eu" })).toBe("eu");
  expect(jurisdictionAt({ provider: "minio", hostedBy: "hetzner", region: "fsn1" })).toBe("de");
  expect([liesWithin("de", ["eu"]), liesWithin("eu", ["de"]), liesWithin("gb", ["eu"])]).toEqual([
    true,
    false,
    false,
  ]);
});
