import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import { postgresDatasets } from "../datasets.js";
import { datasetJobs } from "../names.js";
import type { Plan } from "../schema/index.js";
import { covers, grantsOf, jobGrants } from "./grants.js";

test("what each job may do: production is written by one, history by eight, deleted by none", () => {
  expect(Object.keys(jobGrants).sort()).toEqual([...datasetJobs].sort());
  expect(jobGrants).toEqual({
    secrets: { writes: false, adds: true },
    database: { writes: true, adds: true },
    backup: { writes: false, adds: true },
    restore: { writes: false, adds: false },
    verify: { writes: false, adds: true },
    prune: { writes: false, adds: true },
    lock: { writes: false, adds: true },
    drill: { writes: false, adds: true },
    replay: { writes: false, adds: true },
  });
});

test("every role of every job at every region is there, under the name that components give it", () => {
  const workloads = grantsOf(chat).filter(({ kind }) => kind === "workload");
  const regions = Object.values(chat.sites).filter(({ kind }) => kind === "aws-region");

  expect(workloads).toHaveLength(regions.length * postgresDatasets(chat).length * datasetJobs.length);
  expect(workloads).toContainEqual({
    ...{ who: "arn:aws:iam::000000000000:role/chat-virginia-messages-backup", at: "identities" },
    ...{ kind: "workload", writes: [], deletes: [], reconfigures: false },
    adds: expect.arrayContaining(["virginia", "oregon"]),
  });
  expect(workloads.flatMap(({ deletes }) => deletes)).toEqual([]);
});

test("C19: Pulumi's state has roles where Kubernetes starts its backups, and none where a pipeline does", () => {
  const byCron = structuredClone(chat);
  const state = byCron.datasets["infrastructure-state"];
  for (const backup of state?.kind === "configuration" ? state.backups : [])
    Object.assign(backup, { schedule: { kind: "cron", cron: "*/15 * * * *", runner: "kubernetes" } });
  const roles = (plan: Plan) =>
    grantsOf(plan).flatMap(
      ({ who }) => /role\/chat-virginia-infrastructure-state-(.*)$/.exec(who)?.[1] ?? [],
    );

  expect(roles(byCron)).toEqual(["secrets", "backup", "verify", "prune", "lock"]);
  expect(roles(chat)).toEqual([]);
});

test("deployers reconfigure, break-glass alone deletes, and people do what access says", () => {
  const access = { operator: { writes: ["messages"], deletes: [], multiFactor: true } };
  const grants = grantsOf({ ...chat, access } as Plan);
  const of = (kind: string) => grants.filter((grant) => grant.kind === kind);

  expect(of("deployer")).toMatchObject([{ at: "identities.deployers[0]", deletes: [], reconfigures: true }]);
  expect(of("break-glass").map(({ writes }) => writes)).toEqual([[]]);
  expect(of("break-glass")[0]?.deletes).toEqual(expect.arrayContaining(["virginia", "oregon"]));
  expect(of("declared")).toMatchObject([{ who: "operator", writes: ["messages"], deletes: [] }]);
});

test.each([
  ["arn:aws:iam::1:role/a", "arn:aws:iam::1:role/a", true],
  ["arn:aws:iam::1:role/a*", "arn:aws:iam::1:role/abc/d", true],
  ["arn:aws:iam::1:role/?", "arn:aws:iam::1:role/ab", false],
  ["arn:aws:iam::1:role/a.c", "arn:aws:iam::1:role/abc", false],
  ["arn:aws:iam::*:role/a", "arn:aws:iam::2:role/a", true],
])("%s covers %s: %s", (pattern, who, expected) => {
  expect(covers(pattern, who)).toBe(expected);
});
