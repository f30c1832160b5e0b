import { expect, test } from "vitest";

import type { CronSchedule, PhysicalBackup } from "../../plan/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { record } from "../testing/record.js";
import { BackupSchedule } from "./backup-schedule.js";

const schedule: CronSchedule = {
  kind: "cron",
  cron: "30 2 * * *",
  timeZone: "America/New_York",
  runner: "kubernetes",
  concurrency: "Forbid",
  startWithin: "10m",
  deadline: "45m",
};
const backup: PhysicalBackup = {
  kind: "physical",
  type: "full",
  schedule,
  keep: "90d",
  direct: ["virginia", "oregon"],
  replicated: ["isolated"],
};
const args = {
  plan,
  site: "virginia",
  dataset: "messages",
  kind: "physical",
  backup,
  schedule,
  image: "runner:1",
  suspend: false,
};

const cronJob = async (suspend: boolean) => {
  const recorded = await record(() => new BackupSchedule("nightly", { ...args, suspend }));
  expect(recorded.all).toEqual(["kubernetes:batch/v1:CronJob::nightly-cron"]);
  return recorded.inputsOf("kubernetes:batch/v1:CronJob")["nightly-cron"];
};

test("fires by the plan's clock, never twice at once, within deadlines, with bounded history and resources", async () => {
  expect(await cronJob(false)).toMatchObject({
    metadata: { name: "messages-physical", namespace: "chat" },
    spec: {
      schedule: "30 2 * * *",
      timeZone: "America/New_York",
      suspend: false,
      concurrencyPolicy: "Forbid",
      startingDeadlineSeconds: 600,
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 1,
          activeDeadlineSeconds: 2700,
          template: {
            spec: {
              restartPolicy: "Never",
              serviceAccountName: "messages-backup",
              containers: [
                {
                  name: "backup",
                  image: "runner:1",
                  command: [
                    "tini",
                    "--",
                    "secondsite",
                    "backup",
                    "/etc/secondsite/plan.json",
                    "messages",
                    "--kind",
                    "physical",
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
});

test("C3: a dump in parallel has the plan's room on a volume of its own; one that streams has none", async () => {
  const parallel = { jobs: 4, staging: "20GiB" } as const;
  const logical = { ...backup, kind: "logical", as: "read-only" } as const;
  for (const [kept, volumes] of [
    [logical, []],
    [{ ...logical, parallel }, ["21474836480"]],
  ] as const) {
    const { inputsOf } = await record(
      () => new BackupSchedule("nightly", { ...args, kind: "logical", backup: kept }),
    );
    const { spec } = inputsOf("kubernetes:batch/v1:CronJob")["nightly-cron"] as unknown as {
      spec: CronJobSpec;
    };
    const pod = spec.jobTemplate.spec.template.spec;
    const rooms = pod.volumes.flatMap(({ ephemeral }) => ephemeral ?? []);
    expect(rooms.map((one) => one.volumeClaimTemplate.spec.resources.requests.storage)).toEqual(volumes);
    const staging = volumes.length > 0 ? ["--staging", "/var/lib/secondsite"] : [];
    expect(pod.containers[0]?.command.slice(5)).toEqual(["messages", "--kind", "logical", ...staging]);
  }
});

test("waits where its site waits", async () => {
  expect(await cronJob(true)).toMatchObject({ spec: { suspend: true } });
});

test("its Pod keeps to the restricted profile and gets credentials by web identity alone", async () => {
  const { spec } = (await cronJob(false)) as { spec: CronJobSpec };
  const pod = spec.jobTemplate.spec.template.spec;
  expect(pod.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 999,
    seccompProfile: { type: "RuntimeDefault" },
  });
  const [container] = pod.containers;
  expect(container?.securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ["ALL"] },
  });
  expect(Object.fromEntries(container?.env.map(({ name, value }) => [name, value]) ?? [])).toEqual({
    SECONDSITE_SITE: "virginia",
    AWS_REGION: "us-east-1",
    AWS_ROLE_ARN: "arn:aws:iam::000000000000:role/chat-virginia-messages-backup",
    AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/secrets/eks.amazonaws.com/serviceaccount/token",
    AWS_STS_REGIONAL_ENDPOINTS: "regional",
    SECONDSITE_NOTIFY_FILE: "/run/secrets/notify/notify.json",
  });
  // Whoever runs the cluster makes it, or not.
  expect(pod.volumes).toContainEqual({
    name: "notify",
    secret: { secretName: "secondsite-notify", optional: true, defaultMode: 0o440 },
  });
  expect(pod.volumes).toContainEqual({
    name: "aws-token",
    projected: {
      sources: [
        { serviceAccountToken: { audience: "sts.amazonaws.com", expirationSeconds: 3600, path: "token" } },
      ],
    },
  });
  // The restricted profile allows no host paths.
  expect(pod.volumes.filter((volume) => "hostPath" in volume)).toEqual([]);
});

interface CronJobSpec {
  readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: Pod } } };
}
interface Pod {
  readonly securityContext: unknown;
  readonly volumes: readonly {
    readonly ephemeral?: {
      readonly volumeClaimTemplate: {
        readonly spec: { readonly resources: { readonly requests: { readonly storage: string } } };
      };
    };
  }[];
  readonly containers: readonly {
    readonly command: readonly string[];
    readonly securityContext: unknown;
    readonly env: readonly { readonly name: string; readonly value: string }[];
  }[];
}
