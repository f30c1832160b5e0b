import { z } from "zod";

import { names } from "../../plan/index.js";
import type { Say } from "../progress.js";
import { kubectl } from "./kubectl.js";
import type { SiteView, Stage } from "./model.js";
import { until } from "./until.js";

const jobs = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
      }),
      status: z.object({
        startTime: z.string().optional(),
        succeeded: z.number().optional(),
        failed: z.number().optional(),
      }),
    }),
  ),
});

/** Other CronJobs verify, prune and lock what is there. */
const isBackup = ({ kind, name }: { readonly kind: string; readonly name: string }) =>
  kind === "CronJob" && /-(?:physical|logical)(?:-\d+)?$/.test(name);

/** Longest that a schedule brought forward, and the backup itself, may take: seconds. */
const patience = 300;

/**
 * Waits until a Job of the CronJob controller that began after the load has succeeded: a backup succeeds only
 * once every direct copy has its manifest.
 *
 * @param after milliseconds since 1970.
 */
export async function waitForBackup(
  stage: Stage & { readonly primary: SiteView },
  after: number,
  say: Say,
): Promise<void> {
  const { world, plan, primary, signal } = stage;
  let told = "";
  await until(
    async () => {
      const text = await kubectl(
        world,
        primary.region,
        "get",
        "jobs",
        "--namespace",
        names.namespace(plan),
        "--output",
        "json",
      );
      const { items } = jobs.parse(JSON.parse(text));
      const own = items
        .filter(({ metadata }) => metadata.ownerReferences.some(isBackup))
        .filter(({ status }) => status.startTime !== undefined && Date.parse(status.startTime) >= after);
      const done = own.find(({ status }) => (status.succeeded ?? 0) > 0);
      const [newest] = own;
      const now = newest ? `${newest.metadata.name} runs` : "waiting for the schedule";
      if (now !== told && !done) say(now);
      told = now;
      return done?.metadata.name;
    },
    {
      what: "a backup that a CronJob began after the load",
      within: patience,
      signal,
      every: 1,
      why: () => told,
    },
  ).then((name) => say(`${name} is complete at every copy`));
}
