import { expect, test } from "vitest";

import { awsRegion, every, logical, objectStore, postgres, premises, vps } from "../builders.js";
import type { definePlan } from "../define.js";
import { type Plan, planSchema } from "../schema/index.js";
import { patched } from "./patched.js";
import { witnessIsApart } from "./witness.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const account = "111111111111";
type Input = Parameters<typeof definePlan>[0]["sites"];

/** A plan by its shape alone: cross-references refuse some of these already. */
const plan = (sites: Input, witness: string, copies?: string): Plan =>
  planSchema.parse({
    ...{ name: "lease", objectives: { rpo: "1d", rto: {} }, sites, lease: { witness } },
    datasets: {
      rows: postgres({
        ...{ at: "main", category: "rows", database: "rows" },
        backups: [logical({ schedule: every("1h"), keep: "7d", direct: [copies ?? "main"] })],
      }),
    },
  });
const of = (sites: Input, witness: string, copies?: string) => {
  const [found] = witnessIsApart(plan(sites, witness, copies), asOf);
  if (!found) throw new Error("nothing about the witness");
  return found;
};

const aws = (region: string, role: "primary" | "standby") => awsRegion({ region, account, role });
const cloud = { main: aws("us-east-1", "primary"), spare: aws("us-west-2", "standby") };
const servers = {
  main: vps({ provider: "hetzner", region: "fsn1", account: "a", role: "primary" }),
  spare: vps({ provider: "vultr", region: "ams", account: "b", role: "standby" }),
};
const houses = {
  main: premises({ location: "hall", role: "primary" }),
  spare: premises({ location: "far", role: "standby" }),
};
const bucket = (provider: "aws" | "minio" | "hetzner" | "linode", region: string) =>
  objectStore({ provider, region, account: provider === "aws" ? account : "w" });

test.each<[string, Input, string]>([
  ["regions of a cloud", { ...cloud, witness: bucket("aws", "eu-west-1") }, "aws/eu-west-1"],
  ["servers of two providers", { ...servers, witness: bucket("linode", "eu-central") }, "linode/eu-central"],
  ["own hardware at two places", { ...houses, witness: bucket("minio", "third") }, "third"],
])("%s: a witness that nothing serves beside is apart", (_, sites, where) => {
  expect(of(sites, "witness")).toMatchObject({
    ...{ rule: "lease/witness", severity: "info", at: "lease.witness" },
    message: `no site shares ${where} with the witness`,
  });
});

test.each<[string, Input, string]>([
  [
    "in the primary's region",
    { ...cloud, witness: bucket("aws", "us-east-1") },
    'losing aws/us-east-1 takes the witness and "main" at once: nobody can take over',
  ],
  [
    "in the standby's region",
    { ...cloud, witness: bucket("aws", "us-west-2") },
    'losing aws/us-west-2 takes the witness and "spare" at once: nobody can take over',
  ],
  [
    "at the provider that a standby elsewhere is to outlive",
    { ...servers, witness: bucket("hetzner", "hel1") },
    'losing provider hetzner takes the witness and "main" at once: "spare", which is left, cannot take over',
  ],
])("a witness %s is found, and its fix mends it", (_, sites, message) => {
  const found = of(sites, "witness");
  expect(found).toMatchObject({ severity: "error", message });

  const mended = patched(plan(sites, "witness"), found.fix?.patch ?? []);
  expect(witnessIsApart(mended, asOf)[0]).toMatchObject({ severity: "info" });
  expect(planSchema.parse(mended)).toEqual(mended);
});

test("own hardware holds no lease", () => {
  const { severity, message, fix } = of(houses, "spare");

  expect({ severity, message }).toEqual({
    severity: "error",
    message: '"spare" is of kind "premises": it has no object store to hold a lease',
  });
  expect(fix?.patch?.[0]).toMatchObject({ op: "add", path: "/sites/witness" });
});

test("a store that is apart already is proposed before a new one", () => {
  const sites = {
    ...cloud,
    witness: bucket("aws", "us-east-1"),
    apart: bucket("aws", "eu-west-1"),
  };

  expect(of(sites, "witness").fix?.patch).toEqual([
    { op: "replace", path: "/lease/witness", value: "apart" },
  ]);
});

test("a witness beside a copy is a risk: both are lost at once", () => {
  expect(of({ ...cloud, witness: bucket("aws", "eu-west-1") }, "witness", "witness")).toMatchObject({
    severity: "warning",
    message: 'losing aws/eu-west-1 takes the witness and the copy at "witness" at once',
  });
});

test("without a lease there is nothing to prove", () => {
  const { lease: _, ...without } = plan({ ...cloud, witness: bucket("aws", "eu-west-1") }, "witness");
  expect(witnessIsApart(without as Plan, asOf)).toEqual([]);
});
