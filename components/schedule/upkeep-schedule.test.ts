import { expect, test } from "vitest";
import { upkeepOf } from "../../plan/derive/upkeep.js";
import { postgresDatasets } from "../../plan/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { record } from "../testing/record.js";
import { UpkeepSchedule } from "./upkeep-schedule.js";

const [[dataset, spec] = ["", undefined]] = postgresDatasets(plan);
if (!spec) throw new Error("no dataset");

const inputsOf = async (job: string, suspend = false) => {
  const one = upkeepOf(plan, dataset, spec).find((each) => each.job === job);
  if (!one) throw new Error(`no ${job}`);
  const args = { plan, site: "virginia", dataset, image: "runner:1", suspend, ...one };
  const recorded = await record(() => new UpkeepSchedule("night", args));
  expect(recorded.all).toEqual(["kubernetes:batch/v1:CronJob::night-cron"]);
  return recorded.inputsOf("kubernetes:batch/v1:CronJob")["night-cron"];
};

const plans = "/etc/secondsite/plan.json";
const verify = ["verify", plans, "--dataset", dataset, "--direct", "--days", "7"];
const replay = [
  ...["verify", plans, "--dataset", dataset, "--kind", "physical", "--days", "31"],
  ...["--sample", "1", "--level", "restored", "--staging", "/var/lib/secondsite"],
];

test.each([
  ["verify", " 4 * * *", 14_400, "512Mi", verify],
  ["prune", " 6 * * *", 3_600, "512Mi", ["prune", plans, "--dataset", dataset, "--yes"]],
  ["lock", " 5 * * *", 14_400, "512Mi", ["locks", "extend", plans, "--dataset", dataset, "--yes"]],
  ["drill", " 7 1 */3 *", 43_200, "1Gi", [...verify, "--sample", "1", "--level", "restored"]],
  ["replay", " 8 1 */3 *", 43_200, "1Gi", replay],
] as const)(
  "C4, C5: %s runs by the clock, as an identity of its own, and bounded",
  async (job, at, deadline, memory, command) => {
    expect(await inputsOf(job)).toMatchObject({
      metadata: { name: `${dataset}-${job}`, namespace: "chat" },
      spec: {
        ...{
          schedule: expect.stringMatching(new RegExp(`^\\d+${at.replaceAll("*", "\\*")}$`)),
          timeZone: "UTC",
        },
        ...{ suspend: false, concurrencyPolicy: "Forbid", startingDeadlineSeconds: 3_600 },
        ...{ successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 3 },
        jobTemplate: {
          spec: {
            ...{ backoffLimit: 1, activeDeadlineSeconds: deadline },
            template: {
              spec: {
                ...{ restartPolicy: "Never", serviceAccountName: `${dataset}-${job}` },
                containers: [
                  {
                    ...{ name: job, image: "runner:1", command: ["tini", "--", "secondsite", ...command] },
                    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { memory } },
                  },
                ],
              },
            },
          },
        },
      },
    });
  },
);

test("none gets the database's passwords or certificates; each assumes its own role", async () => {
  for (const job of ["verify", "prune", "lock", "drill", "replay"]) {
    const inputs = JSON.stringify(await inputsOf(job));
    expect(inputs).not.toContain("messages-secrets");
    expect(inputs).not.toContain("PGPASSWORD");
    expect(inputs).toContain(`role/chat-virginia-messages-${job}"`);
  }
});

test("only what restores a whole database has room for one, as much as the database has, and no longer than its Pod", async () => {
  const scratch = {
    name: "scratch",
    ephemeral: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ["ReadWriteOnce"],
          resources: { requests: { storage: String(10 * 1024 ** 3) } },
        },
      },
    },
  };
  for (const job of ["verify", "prune", "lock", "drill", "replay"]) {
    const { spec } = (await inputsOf(job)) as unknown as { spec: Scheduled };
    const pod = spec.jobTemplate.spec.template.spec;
    const mounts = pod.containers.flatMap(({ volumeMounts }) => volumeMounts);
    expect(
      pod.volumes.filter(({ name }) => name === "scratch"),
      job,
    ).toEqual(job === "replay" ? [scratch] : []);
    expect(
      mounts.filter(({ name }) => name === "scratch"),
      job,
    ).toEqual(job === "replay" ? [{ name: "scratch", mountPath: "/var/lib/secondsite" }] : []);
  }
});

interface Scheduled {
  readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: Pod } } };
}
interface Pod {
  readonly volumes: readonly { readonly name: string }[];
  readonly containers: readonly { readonly volumeMounts: readonly { readonly name: string }[] }[];
}

test("waits where its site waits", async () => {
  expect(await inputsOf("verify", true)).toMatchObject({ spec: { suspend: true } });
});
