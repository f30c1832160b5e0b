import { z } from "zod";

import { isDuration, seconds } from "../units.js";
import { duration, period, shown } from "./fields.js";

/** When something runs. What the arithmetic of an RPO needs to know about it is stated here, not guessed. */

const expression = z.string().regex(/^\S+(?:\s+\S+){4}$/, {
  error: ({ input }) => `expected a cron expression of five fields such as "0 2 * * *", got ${shown(input)}`,
});

/**
 * Who starts the runs. They differ in what they do when clocks change; `proofs/rpo/follow.ts` says how.
 */
export const runner = z.enum(["kubernetes", "systemd", "github-actions"]);

/**
 * CronJobs are looked at every 10 seconds: with less than that for `startingDeadlineSeconds` one "may not be scheduled",
 * https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ (read 2026-11-21).
 */
const kubernetesLooks = 10;

const cron = z
  .strictObject({
    kind: z.literal("cron"),
    cron: expression,
    timeZone: z.string().default("UTC"),
    runner: runner.default("kubernetes"),
    /** What happens to a run that is due while the one before still runs: skipped, replaces it, or beside it. */
    concurrency: z.enum(["Forbid", "Replace", "Allow"]).default("Forbid"),
    /** How late a start may be before the run counts as missed. Kubernetes: at least 10 seconds. */
    startWithin: duration.default("5m"),
    /** The run is given up after this long. */
    deadline: duration.default("1h"),
  })
  .superRefine(({ runner: by, startWithin }, { addIssue }) => {
    if (by === "kubernetes" && isDuration(startWithin) && seconds(startWithin) < kubernetesLooks)
      addIssue({
        ...{ code: "custom", path: ["startWithin"] },
        message: `expected at least "${kubernetesLooks}s", got ${shown(startWithin)}: Kubernetes looks that often for what is due, and may never start a run that has less`,
      });
  });

const interval = z.strictObject({
  kind: z.literal("interval"),
  /** From one start to the next. */
  every: period,
  runner: runner.default("systemd"),
  deadline: duration.default("1h"),
});

const event = z.strictObject({
  kind: z.literal("event"),
  /** What makes it run. Only `change` follows the data; the others happen when somebody does something. */
  on: z.enum(["change", "deployment", "upgrade", "issuance"]),
  /** The longest until the copy of the change is stored. */
  within: duration,
});

export const schedule = z.discriminatedUnion("kind", [cron, interval, event]);

export type Runner = z.output<typeof runner>;
export type Schedule = z.output<typeof schedule>;
export type CronSchedule = Extract<Schedule, { kind: "cron" }>;
export type EventSchedule = Extract<Schedule, { kind: "event" }>;
