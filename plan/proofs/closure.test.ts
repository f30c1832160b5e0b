import { expect, test } from "vitest";

import { awsRegion, every, logical, objectStore, postgres, premises, service } from "../builders.js";
import { parsePlan } from "../define.js";
import { type Plan, recoveryNeeds } from "../schema/index.js";
import { recoveryClosure } from "./closure.js";
import type { Finding } from "./finding.js";
import { patched } from "./patched.js";

const asOf = new Date("2026-01-01T00:00:00Z");
const [home, other] = ["111111111111", "222222222222"];
const accepted = { accepted: "nothing is promised" };
const everything = (at: string[]) => Object.fromEntries(recoveryNeeds.map((need) => [need, { at }]));
const rows = (at: string, direct: string[]) =>
  postgres({
    ...{ at, category: "rows", database: "rows" },
    backups: [logical({ schedule: every("1h"), keep: "7d", direct })],
  });

const cloud = (more: object = {}): Plan =>
  parsePlan({
    name: "cloud",
    objectives: { rpo: "1d", rpoBy: { account: accepted, provider: accepted }, rto: { region: "1h" } },
    identities: {
      deployers: [`arn:aws:iam::${home}:role/deploy`],
      breakGlass: [`arn:aws:iam::${home}:role/glass`],
    },
    sites: {
      virginia: awsRegion({ region: "us-east-1", account: home, role: "primary" }),
      oregon: awsRegion({ region: "us-west-2", account: home, role: "standby" }),
      isolated: objectStore({ provider: "aws", region: "us-west-2", account: other }),
      elsewhere: objectStore({ provider: "hetzner", region: "fsn1", account: "a" }),
    },
    datasets: { rows: rows("virginia", ["oregon"]) },
    services: { app: service({ image: "app", needs: ["rows"] }) },
    closure: everything(["oregon"]),
    ...more,
  });

/** Examples of public halves: nobody kept their identities. */
const recipients = [
  "age12p5c8c5ajkyyh3hdnsalqyjvft55vp6c3fld826g0fr0zjcwr5fqv60du6",
  "age1seydsa2rz6qmx868he437c88632l7cjlt6sn69p30pesnlcmm9hs77gzrv",
];
const recovery = { holders: ["ann", "bob"], kept: "two safes", recipients };

/** Own hardware without a cloud, Pulumi or KMS. */
const house = (more: object = {}): Plan =>
  parsePlan({
    name: "house",
    objectives: { rpo: "1d", rto: {} },
    keys: { provider: "age", recovery },
    people: { ann: { title: "Ann", reach: "1" }, bob: { title: "Bob", reach: "2" } },
    sites: {
      hall: premises({ location: "hall", role: "primary" }),
      far: premises({ location: "far", role: "standby" }),
    },
    datasets: { rows: rows("hall", ["far"]) },
    services: { app: service({ image: "app", needs: ["rows"] }) },
    ...more,
  });

const findings = (plan: Plan) => recoveryClosure(plan, asOf);
const of = (plan: Plan, need: string): Finding => {
  const found = findings(plan).find(({ rule }) => rule === `closure/${need}`);
  if (!found) throw new Error(`nothing about ${need}`);
  return found;
};
const failing = (plan: Plan) =>
  findings(plan).flatMap(({ severity, at }) => (severity === "error" ? [at.slice("closure.".length)] : []));

test("F5: what is declared at a site that is left can be had; one finding for each need, with what is taken", () => {
  const plan = cloud();

  expect(failing(plan)).toEqual([]);
  expect(findings(plan).map(({ at }) => at)).toEqual(recoveryNeeds.map((need) => `closure.${need}`));
  expect(of(plan, "registry")).toMatchObject({
    ...{ severity: "info", message: "container images: can be had after loss of region aws/us-east-1" },
    arithmetic:
      'declared at "oregon"; needed because services run from images; loss of region aws/us-east-1 takes "virginia"',
  });
});

test("C19: what is only in the lost region is gone, and a site that is left is proposed", () => {
  const plan = cloud({ closure: { ...everything(["oregon"]), state: { at: ["virginia"] } } });
  const { severity, message, fix } = of(plan, "state");

  expect(failing(plan)).toEqual(["state"]);
  expect({ severity, message }).toEqual({
    severity: "error",
    message: "Pulumi's state: gone after loss of region aws/us-east-1",
  });
  expect(fix?.patch).toEqual([{ op: "add", path: "/closure/state/at/-", value: "oregon" }]);
});

test("what nobody declared is an error, but for what follows by itself: KMS keys are in every region with a copy", () => {
  const plan = cloud({ closure: {} });

  expect(failing(plan)).toEqual(recoveryNeeds.filter((need) => need !== "keys"));
  expect(of(plan, "packages").message).toContain("nobody says where it can be had");
  expect(of(plan, "keys").arithmetic).toContain("KMS keys have a replica in each region that holds a copy");
  expect(failing(cloud({ closure: {}, datasets: { rows: rows("virginia", ["virginia"]) } }))).toContain(
    "keys",
  );
});

test("D12: an account and a provider take all of their sites, where something is promised for them", () => {
  const objectives = { rpo: "1d", rto: {} };
  const plan = cloud({ objectives });
  const { message, fix } = of(plan, "registry");

  expect(message).toBe(`container images: gone after loss of account aws/${home}, loss of provider aws`);
  expect(fix?.patch).toEqual([{ op: "add", path: "/closure/registry/at/-", value: "elsewhere" }]);
  expect(of(plan, "keys").message).toContain("loss of account");
  const keys = { recovery };
  const people = { ann: { title: "Ann", reach: "1" }, bob: { title: "Bob", reach: "2" } };
  expect(of(cloud({ objectives, keys, people }), "keys").severity).toBe("info");
  const unused = { recovery: { ...recovery, recipients: [] } };
  expect(of(cloud({ objectives, keys: unused, people }), "keys").severity).toBe("error");
});

test("a promise of a class of data counts; a class of no data does not", () => {
  const strict = { rpo: "1d", rpoBy: {} };
  const objectives = { ...cloud().objectives, classes: { strict } };
  expect(failing(cloud({ objectives }))).toEqual([]);

  const classed = { rows: { ...rows("virginia", ["oregon"]), class: "strict" } };
  expect(failing(cloud({ objectives, datasets: classed }))).toContain("state");
});

test("a medium has what can be carried; a control plane, identities and people's sign-in it has not", () => {
  const sites = {
    ...cloud().sites,
    safe: { kind: "media", location: "bank", every: "1d", transit: "1h" },
  };
  const plan = cloud({ sites, closure: everything(["safe"]) });

  expect(failing(plan)).toEqual(["control-plane", "identity", "sign-on"]);
  expect(failing(cloud({ sites, closure: everything(["elsewhere"]) }))).toEqual(["control-plane"]);
});

test("IAM's and Route 53's control planes are in us-east-1: said wherever AWS is used", () => {
  expect(of(cloud(), "control-plane").arithmetic).toContain("control planes are in us-east-1");
  expect(of(house(), "control-plane").arithmetic).not.toContain("us-east-1");
});

test("F9: without Pulumi and without a cloud neither state nor plugins, identities nor sign-on are needed", () => {
  const needs = findings(house()).map(({ at }) => at.slice("closure.".length));

  expect(needs).toEqual(["keys", "registry", "control-plane", "secrets", "packages"]);
  expect(of(house(), "keys")).toMatchObject({ severity: "info" });
  expect(of(house(), "keys").message).toBe("keys of recovery points: can be had after loss of region hall");
  expect(failing(house({ closure: everything(["far"]) }))).toEqual([]);
  expect(failing(house({ keys: { provider: "age" }, closure: everything(["hall"]) }))).toContain("keys");
  const unused = house({ keys: { provider: "age", recovery: { ...recovery, recipients: [] } } });
  expect(of(unused, "keys")).toMatchObject({ severity: "error" });
  expect(of(unused, "keys").arithmetic).toContain(
    "the offline recovery key has no recipients, so it opens nothing",
  );
});

test.each([
  ["a cloud that says nothing", cloud({ closure: {} })],
  [
    "a cloud that promises everything",
    cloud({ closure: {}, objectives: { rpo: "1d", rto: { catastrophe: "1d" } } }),
  ],
  ["a house that says nothing", house()],
  ["a cloud with everything in one place", cloud({ closure: everything(["virginia"]) })],
])("%s: the fixes together close what a site can hold, and touch nothing but closure", (_, plan) => {
  const steps = findings(plan).flatMap(({ fix }) => fix?.patch ?? []);
  const mended = parsePlan(JSON.parse(JSON.stringify(patched(plan, steps))));

  expect(failing(plan).length).toBeGreaterThan(0);
  const byPeople = findings(plan).flatMap(({ at, fix }) =>
    fix && !fix.patch ? [at.slice("closure.".length)] : [],
  );
  expect(failing(mended)).toEqual(byPeople);
  expect(steps.map((step) => step.path).filter((path) => path.endsWith("/outside"))).toEqual([]);
  expect({ ...mended, closure: {} }).toEqual({ ...plan, closure: {} });
});

test("what no site can hold is arranged by people: a sentence with an example, and no patch that says it is done", () => {
  const plan = cloud({ closure: {}, objectives: { rpo: "1d", rto: { catastrophe: "1d" } } });
  const { fix } = of(plan, "control-plane");

  expect(fix?.sentence).toContain(
    "closure.control-plane.outside; for example an account at another provider, opened and tried beforehand",
  );
  expect(fix).not.toHaveProperty("patch");
});
