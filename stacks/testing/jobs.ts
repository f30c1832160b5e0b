import { eventually } from "./eventually.js";
import type { Result } from "./project.js";

/** Runs `kubectl` in the namespace of the plan's workloads. */
export type Kubectl = (...args: string[]) => Promise<Result>;

/** A Job as the API server shows it. */
export interface Job {
  readonly metadata: {
    readonly name: string;
    readonly creationTimestamp: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  };
  readonly status: { readonly succeeded?: number; readonly failed?: number };
}

/** Jobs that the controller made for a CronJob, oldest first. */
export async function jobsOf(kubectl: Kubectl, cronJob: string): Promise<Job[]> {
  const { output } = await kubectl("get", "jobs", "--output=json");
  return (JSON.parse(output) as { items: Job[] }).items
    .filter(({ metadata }) => metadata.ownerReferences?.[0]?.name === cronJob)
    .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1));
}

/** How a Job ended, and what its Pods said. */
export interface EndedJob extends Pick<Job, "status"> {
  readonly said: string;
}

/** Waits until a Job has succeeded or given up. @throws Error when it does neither within `seconds` */
export async function jobEnded(kubectl: Kubectl, name: string, seconds: number): Promise<EndedJob> {
  const status = async () => {
    const { output } = await kubectl("get", "job", name, "--output=json");
    return (JSON.parse(output) as JobWithConditions).status;
  };
  await eventually(
    async () => (await status()).conditions?.some(({ type }) => /^(Complete|Failed)$/.test(type)) ?? false,
    seconds,
    `Job ${name} ends`,
  );
  const { output: said } = await kubectl("logs", "--selector", `job-name=${name}`, "--tail=-1");
  const { succeeded = 0, failed = 0 } = await status();
  return { said, status: { succeeded, failed } };
}

interface JobWithConditions {
  readonly status: Job["status"] & { readonly conditions?: readonly { readonly type: string }[] };
}

/** Starts a CronJob's work at once, as people do. @returns what it said. @throws Error with that, unless it succeeds */
export async function runNow(kubectl: Kubectl, cronJob: string, name: string): Promise<string> {
  await kubectl("create", "job", name, `--from=cronjob/${cronJob}`);
  const { status, said } = await jobEnded(kubectl, name, 180);
  if (!status.succeeded) throw new Error(`Job ${name} failed:\n${said}`);
  return said;
}

/**
 * Lets a CronJob's time come: it is due each minute from now on, until the controller has made a Job.
 *
 * @returns that Job, once it has ended
 */
export async function fired(kubectl: Kubectl, cronJob: string): Promise<EndedJob & Pick<Job, "metadata">> {
  const before = new Set((await jobsOf(kubectl, cronJob)).map(({ metadata }) => metadata.name));
  const due = (spec: object) => kubectl("patch", "cronjob", cronJob, `--patch=${JSON.stringify({ spec })}`);
  await due({ schedule: "* * * * *", suspend: false });
  let made: Job | undefined;
  await eventually(
    async () => {
      made = (await jobsOf(kubectl, cronJob)).find(({ metadata }) => !before.has(metadata.name));
      return made !== undefined;
    },
    90,
    `${cronJob} fires`,
  );
  await due({ suspend: true });
  if (!made) throw new Error(`${cronJob} did not fire`);
  const { metadata } = made;
  return { metadata, ...(await jobEnded(kubectl, metadata.name, 300)) };
}
