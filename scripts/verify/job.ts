import { setTimeout as sleep } from "node:timers/promises";
import { BatchV1Api, CoreV1Api, KubeConfig, type V1Container, type V1PodSpec } from "@kubernetes/client-node";
import { z } from "zod";

import { EngineError } from "../../engines/errors.js";
import type { RepositoryVerdict } from "../../engines/postgres/verify-repository.js";
import { type AwsRegionSite, clusterOf, names, type Plan, roleArn } from "../../plan/index.js";

const verdict = z
  .object({
    epoch: z.int(),
    good: z.boolean(),
    // A Pod of an earlier release does not tell these apart.
    restorable: z.boolean().optional(),
    report: z.array(z.string()),
    findings: z.array(z.string()).default([]),
  })
  .transform(({ restorable, ...said }) => ({ ...said, restorable: restorable ?? said.good }));

/** One copy of one epoch. */
export interface VerifyJob {
  readonly plan: Plan;
  readonly site: string;
  readonly spec: AwsRegionSite;
  readonly dataset: string;
  readonly epoch: number;
}

/**
 * Verifies a copy inside its own site's cluster, where its key and its bytes are: a Job made from the backup's CronJob,
 * as the identity that can only read. The Job is removed once it was read.
 *
 * @throws EngineError (3) when it does not end with a verdict
 */
export async function verifyInCluster(job: VerifyJob): Promise<RepositoryVerdict> {
  const { plan, dataset, site } = job;
  const config = new KubeConfig();
  config.loadFromDefault();
  config.setCurrentContext(clusterOf(plan, site).context);
  const [batch, core] = [config.makeApiClient(BatchV1Api), config.makeApiClient(CoreV1Api)];
  const namespace = names.namespace(plan);
  const cron = await batch.readNamespacedCronJob({ name: `${dataset}-physical`, namespace });
  const template = cron.spec?.jobTemplate.spec?.template.spec;
  if (!template) throw new EngineError(`CronJob ${dataset}-physical at "${site}" has no Pod`, 3);
  const deadline = cron.spec?.jobTemplate.spec?.activeDeadlineSeconds ?? 3_600;
  const made = await batch.createNamespacedJob({
    namespace,
    body: {
      metadata: { generateName: `${dataset}-verify-`, labels: { "secondsite.dev/verify": dataset } },
      spec: {
        backoffLimit: 0,
        activeDeadlineSeconds: deadline,
        // Gone by itself when nobody is left to remove it.
        ttlSecondsAfterFinished: 3_600,
        template: { spec: podSpec(job, template) },
      },
    },
  });
  const name = made.metadata?.name ?? "";
  try {
    for (;;) {
      const { status } = await batch.readNamespacedJobStatus({ name, namespace });
      if (status?.succeeded || status?.failed) break;
      await sleep(1_000);
    }
    const pods = await core.listNamespacedPod({ namespace, labelSelector: `job-name=${name}` });
    const pod = pods.items[0]?.metadata?.name ?? "";
    const said = (await core.readNamespacedPodLog({ name: pod, namespace })).trim().split("\n");
    return verdictFrom(said, `Job ${name} at "${site}"`);
  } finally {
    await batch.deleteNamespacedJob({ name, namespace, propagationPolicy: "Background" });
  }
}

function verdictFrom(said: readonly string[], label: string): RepositoryVerdict {
  try {
    return verdict.parse(JSON.parse(said.at(-1) ?? ""));
  } catch {
    throw new EngineError(`${label} ended without a verdict: ${said.slice(-3).join(" | ")}`, 3);
  }
}

/** The backup's Pod with another command, under the identity that only reads. */
function podSpec({ plan, site, dataset, epoch }: VerifyJob, template: V1PodSpec): V1PodSpec {
  const [first, ...others] = template.containers;
  const role = roleArn(plan, site, dataset, "restore");
  const container: V1Container = {
    ...first,
    name: "verify",
    command: ["secondsite", "pod", "verify", "/etc/secondsite/plan.json", dataset, `--epoch=${epoch}`],
    env: (first?.env ?? []).map((each) => (each.name === "AWS_ROLE_ARN" ? { ...each, value: role } : each)),
  };
  return {
    ...template,
    serviceAccountName: names.serviceAccount(dataset, "restore"),
    containers: [container, ...others],
  };
}
