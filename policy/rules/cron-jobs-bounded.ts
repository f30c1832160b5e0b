import type { ResourceValidationPolicy } from "@pulumi/policy";

interface CronJobSpec {
  readonly concurrencyPolicy?: string;
  readonly startingDeadlineSeconds?: number;
  readonly jobTemplate?: { readonly spec?: { readonly activeDeadlineSeconds?: number } };
}

/** Two runs of a job never overlap, a missed start is skipped at some time, and a run ends at some time. */
export const cronJobsBounded: ResourceValidationPolicy = {
  name: "cron-jobs-bounded",
  description: "CronJobs forbid or replace concurrent runs and have deadlines.",
  severity: "high",
  validateResource: ({ type, name, props }, report) => {
    if (type !== "kubernetes:batch/v1:CronJob") return;
    const spec: CronJobSpec = props.spec ?? {};
    const { concurrencyPolicy = "Allow", startingDeadlineSeconds, jobTemplate } = spec;
    if (!["Forbid", "Replace"].includes(concurrencyPolicy))
      report(
        `CronJob "${name}" lets runs overlap: concurrencyPolicy must be "Forbid" or "Replace", got "${concurrencyPolicy}"`,
      );
    if (!((startingDeadlineSeconds ?? 0) > 0))
      report(`CronJob "${name}" has no startingDeadlineSeconds: after 100 missed starts it never runs again`);
    if (!((jobTemplate?.spec?.activeDeadlineSeconds ?? 0) > 0))
      report(
        `CronJob "${name}" has no activeDeadlineSeconds in its Jobs: a run that hangs blocks all others`,
      );
  },
};
