import { expect, test } from "vitest";

import { awsRegion, every, logical, objectStore, postgres, premises } from "../builders.js";
import { parsePlan } from "../define.js";
import type { Plan } from "../schema/index.js";
import { blastRadius } from "./blast-radius.js";
import { patched } from "./patched.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const arn = (who: string) => `arn:aws:iam::111111111111:${who}`;
const identities = { deployers: [arn("role/deploy")], breakGlass: [arn("role/glass")] };

const cloud = (more: object = {}): Plan =>
  parsePlan({
    ...{ name: "cloud", objectives: { rpo: "1d", rto: {} }, identities },
    sites: {
      main: awsRegion({ region: "us-east-1", account: "111111111111", role: "primary" }),
      store: objectStore({ provider: "hetzner", region: "fsn1", account: "a" }),
    },
    datasets: {
      rows: postgres({
        ...{ at: "main", category: "rows", database: "rows" },
        backups: [logical({ schedule: every("1h"), keep: "7d", direct: ["main"] })],
      }),
    },
    ...more,
  });
const custodian = { deletes: ["store"], multiFactor: true, reviewed: "90d" };

const wrong = (plan: Plan) =>
  blastRadius(plan, asOf)
    .filter(({ severity }) => severity !== "info")
    .map(({ rule, severity, at }) => `${severity} ${rule} ${at}`);

test("F5: nobody writes production and deletes its recovery points: said, with how many of each", () => {
  expect(blastRadius(cloud({ access: { custodian } }), asOf)).toEqual([
    {
      ...{ rule: "blast-radius/identity", severity: "info", at: "access" },
      message: "nobody who can change production can delete its recovery points or keys",
      arithmetic: "12 identities: 2 change production, 2 delete recovery points or keys, none does both",
    },
  ]);
});

const store = {
  rows: postgres({
    ...{ at: "main", category: "rows", database: "rows" },
    backups: [logical({ schedule: every("1h"), keep: "7d", direct: ["store"] })],
  }),
};

test.each<[string, object, string[]]>([
  [
    "an operator who does both",
    { access: { operator: { ...custodian, writes: ["rows"] } } },
    ["error blast-radius/identity access.operator"],
  ],
  [
    "a deployer who breaks the glass too",
    { identities: { ...identities, breakGlass: identities.deployers } },
    ["error blast-radius/identity identities.breakGlass[0]"],
  ],
  [
    "one of two break-glass roles that deploys",
    { identities: { ...identities, breakGlass: [arn("role/glass"), arn("role/deploy")] } },
    ["error blast-radius/identity identities.breakGlass[1]"],
  ],
  [
    "a break-glass pattern that a job's role falls under",
    { identities: { ...identities, breakGlass: [arn("role/cloud-*")] } },
    ["error blast-radius/identity identities.breakGlass[0]"],
  ],
  [
    "D14: deleting with a password alone",
    { access: { custodian: { ...custodian, multiFactor: false } } },
    ["error blast-radius/multi-factor access.custodian.multiFactor"],
  ],
  [
    "D14: rights to delete that nobody reviews",
    { access: { custodian: { deletes: ["store"], multiFactor: true } } },
    ["warning blast-radius/review access.custodian.reviewed"],
  ],
  [
    "a root that deploys",
    { identities: { ...identities, deployers: [arn("root")] } },
    ["warning blast-radius/root identities.deployers[0]"],
  ],
  [
    "a root that deploys and breaks the glass",
    { identities: { deployers: [arn("root")], breakGlass: [arn("root")] } },
    [
      "error blast-radius/identity identities.breakGlass[0]",
      "warning blast-radius/root identities.deployers[0]",
    ],
  ],
  [
    "copies at a provider of which nothing says who deletes",
    { datasets: store },
    ["warning blast-radius/undeclared access"],
  ],
])("%s is found, and its fix mends it", (_, change, expected) => {
  const plan = cloud(change);
  expect(wrong(plan)).toEqual(expected);

  const steps = blastRadius(plan, asOf).flatMap(({ fix }) => fix?.patch ?? []);
  const mended = parsePlan(JSON.parse(JSON.stringify(patched(plan, steps))));
  expect(wrong(mended)).toEqual([]);
  expect(blastRadius(mended, asOf).at(-1)).toMatchObject({ rule: "blast-radius/identity", severity: "info" });
});

test("a medium on the shelf is deleted by nobody over a network; one that is plugged in is asked about", () => {
  const plan = (offline: boolean) =>
    parsePlan({
      ...{ name: "house", objectives: { rpo: "1d", rto: {} } },
      sites: {
        hall: premises({ location: "hall", role: "primary" }),
        shelf: { kind: "media", location: "bank", every: "1d", transit: "1h", offline },
      },
      datasets: {
        rows: postgres({
          ...{ at: "hall", category: "rows", database: "rows" },
          backups: [logical({ schedule: every("1h"), keep: "7d", direct: ["shelf"] })],
        }),
      },
    });

  expect(wrong(plan(true))).toEqual([]);
  expect(wrong(plan(false))).toEqual(["warning blast-radius/undeclared access"]);
});
