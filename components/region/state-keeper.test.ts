import { expect, test } from "vitest";

import { keptState, stateDataset } from "../testing/kept-state.js";
import { record } from "../testing/record.js";
import { SiteRegion } from "./site-region.js";

const images = { runner: "runner:1", services: { api: "api:1" } };
const side = async (plan = keptState(), site = "virginia") => {
  const recorded = await record(
    () => new SiteRegion("chat", { plan, site, active: site === "virginia", images }),
  );
  const own = (each: string) => each.includes(`::chat-${stateDataset}-`);
  return { ...recorded, own: recorded.all.filter(own) };
};

test("C19: state that Kubernetes starts the backups of has CronJobs, keys and accounts of its own; no Secret, no server", async () => {
  expect((await side()).own).toEqual([
    "kubernetes:batch/v1:CronJob::chat-infrastructure-state-copy-cron",
    "kubernetes:batch/v1:CronJob::chat-infrastructure-state-lock-cron",
    "kubernetes:batch/v1:CronJob::chat-infrastructure-state-prune-cron",
    "kubernetes:batch/v1:CronJob::chat-infrastructure-state-verify-cron",
    "kubernetes:batch/v1:Job::chat-infrastructure-state-keys",
    "kubernetes:core/v1:ServiceAccount::chat-infrastructure-state-backup",
    "kubernetes:core/v1:ServiceAccount::chat-infrastructure-state-lock",
    "kubernetes:core/v1:ServiceAccount::chat-infrastructure-state-prune",
    "kubernetes:core/v1:ServiceAccount::chat-infrastructure-state-secrets",
    "kubernetes:core/v1:ServiceAccount::chat-infrastructure-state-verify",
  ]);
});

test("C19: its Pod runs the backup by the plan's clock, as its own role, with neither passwords nor certificates", async () => {
  const cron = (await side()).inputsOf("kubernetes:batch/v1:CronJob")["chat-infrastructure-state-copy-cron"];

  expect(cron).toMatchObject({
    metadata: { name: "infrastructure-state-copy", namespace: "chat" },
    spec: {
      ...{ schedule: "*/15 * * * *", timeZone: "UTC", suspend: false, concurrencyPolicy: "Forbid" },
      ...{ startingDeadlineSeconds: 120, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3 },
      jobTemplate: {
        spec: {
          ...{ backoffLimit: 1, activeDeadlineSeconds: 600 },
          template: {
            spec: {
              ...{ restartPolicy: "Never", serviceAccountName: "infrastructure-state-backup" },
              securityContext: { runAsNonRoot: true, runAsUser: 999 },
              containers: [
                {
                  command: [
                    ...["tini", "--", "secondsite", "backup", "/etc/secondsite/plan.json"],
                    ...["infrastructure-state", "--kind", "copy"],
                  ],
                  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory: "512Mi" } },
                },
              ],
            },
          },
        },
      },
    },
  });
  const said = JSON.stringify(cron);
  expect(said).toContain('role/chat-virginia-infrastructure-state-backup"');
  expect(said).not.toMatch(/-secrets"|PGPASSWORD|PULUMI/);
});

test("C19: keys are laid once, by a Job that makes nothing else", async () => {
  const { inputsOf } = await side();
  expect(inputsOf("kubernetes:batch/v1:Job")["chat-infrastructure-state-keys"]).toMatchObject({
    metadata: { name: "infrastructure-state-secrets", namespace: "chat" },
    spec: {
      template: {
        spec: {
          serviceAccountName: "infrastructure-state-secrets",
          containers: [
            {
              command: [
                ...["tini", "--", "secondsite", "pod", "keys"],
                ...["/etc/secondsite/plan.json", "infrastructure-state"],
              ],
            },
          ],
        },
      },
    },
  });
  const roles = Object.values(inputsOf("kubernetes:rbac.authorization.k8s.io/v1:Role"));
  expect(JSON.stringify(roles)).not.toContain("infrastructure-state");
});

test("C19: at the standby all of it waits", async () => {
  const { own, inputsOf } = await side(keptState(), "oregon");
  expect(own).toHaveLength(10);
  const waiting = Object.entries(inputsOf("kubernetes:batch/v1:CronJob")).filter(([name]) =>
    name.includes("state"),
  );
  expect(waiting.map(([, { spec }]) => (spec as { suspend: boolean }).suspend)).toEqual([
    true,
    true,
    true,
    true,
  ]);
});

test.each([
  ["a change of the stacks does", { kind: "event", on: "change", within: "4m" }],
  ["a timer of systemd's does", { kind: "cron", cron: "*/15 * * * *", runner: "systemd" }],
])("C19: where %s, no Pod of the cluster has anything to do with it", async (_, schedule) => {
  const plan = keptState();
  for (const backup of plan.datasets[stateDataset]?.kind === "configuration"
    ? plan.datasets[stateDataset].backups
    : [])
    Object.assign(backup, { schedule });
  expect((await side(plan)).own).toEqual([]);
});
