import { randomUUID } from "node:crypto";
import { z } from "zod";
import { names } from "../../plan/index.js";
import { VaultError } from "../errors.js";
import { manifestKey } from "../manifest.js";
import { jsonOf } from "../sequence/json.js";
import { storeTime } from "../store/clock.js";
import type { Store } from "../store/store.js";

const schema = z.strictObject({
  version: z.literal(1),
  holder: z.string().min(1),
  /** The run's own: how it recognises a lease of which it was not told that it has it. Older runs wrote none. */
  run: z.uuid().exactOptional(),
  state: z.enum(["held", "released"]),
  /** Counts renewals, so that a hanging holder can be told from a living one. */
  renewals: z.int().min(0),
  ttlSeconds: z.number().positive(),
});

/** Another run has the job: exit code 4, so that schedulers can tell it from a failure. */
export class JobLeaseHeld extends VaultError {
  override readonly exitCode = 4;
}

/** How long a run that shows no sign of life still has its job, in seconds: four renewals. */
const jobLeaseSeconds = 120;

/** Stores date by the second, and a renewal may be on its way. */
const marginSeconds = 2;

/** What a job's lease is about. */
export interface JobLeaseArgs {
  readonly store: Store;
  /** What only one run does at a time: `messages/prune`. */
  readonly job: string;
  /** Who runs it, for whoever finds the lease held. */
  readonly holder: string;
  /** How long a run that shows no sign of life still counts. @default `jobLeaseSeconds` */
  readonly ttlSeconds?: number;
}

/** A lease that this run has. */
export interface JobLease {
  /** Shows a sign of life. @throws VaultError when another run took it meanwhile: stop at once */
  renew(): Promise<void>;
  /** Lets the next run begin at once. */
  release(): Promise<void>;
}

/**
 * Takes a job's lease, so that of two runs one proceeds. One whose owner died is taken over after its time.
 *
 * Every holding is a numbered object of its own, created and never taken over: of many who try, one wins. How long a
 * holder has been silent is told by the store's clock alone; nobody else's is looked at. A lease saves work from being done twice; that
 * no two runs spoil each other's data rests on manifests being created, never overwritten.
 *
 * @throws JobLeaseHeld when another run has it
 */
export async function takeJobLease(args: JobLeaseArgs): Promise<JobLease> {
  const { store, job, holder, ttlSeconds = jobLeaseSeconds } = args;
  const prefix = names.jobLeasePrefix(job);
  const newest = await newestOf(store, prefix);
  if (newest?.record.state === "held") {
    const silent =
      ((await storeTime(store, names.jobClockKey(job))).getTime() - newest.modifiedAt.getTime()) / 1000;
    const counts = newest.record.ttlSeconds + marginSeconds;
    if (silent <= counts)
      throw new JobLeaseHeld(
        `"${job}" is being done by ${newest.record.holder}, last seen ${Math.max(0, Math.round(silent))} s ago`,
        `wait until it ends; a run that died is taken over ${Math.ceil(counts)} s after it was last seen`,
      );
  }
  const key = manifestKey(prefix, (newest?.number ?? 0) + 1);
  const run = randomUUID();
  const text = (state: "held" | "released", renewals: number) =>
    `${JSON.stringify({ version: 1, holder, run, state, renewals, ttlSeconds })}\n`;
  await createdBy(run, args, prefix, () => store.create(key, text("held", 0)));
  await forgetOlder(store, prefix, key);
  let renewals = 0;
  const own = async () => (await newestOf(store, prefix))?.key === key;
  return {
    async renew() {
      if (!(await own()))
        throw new VaultError(
          `"${job}" was taken over by another run, because ${holder} was silent for too long`,
        );
      renewals += 1;
      await store.put(key, text("held", renewals));
    },
    async release() {
      if (await own()) await store.put(key, text("released", renewals));
    },
  };
}

/** How to let go of what this process holds. */
const held = new Set<() => Promise<void>>();

/** Lets go of every lease of this process, which was told to end: the next run need not wait until it counts as dead. */
export async function releaseJobLeases(): Promise<void> {
  await Promise.allSettled([...held].map((release) => release()));
}

/**
 * Does something as the only run of a job: takes its lease, shows signs of life, and lets go at the end.
 *
 * @param work gets a signal that is aborted when the lease is lost
 */
export async function withJobLease<T>(
  args: JobLeaseArgs,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lease = await takeJobLease(args);
  const lost = new AbortController();
  const interval = ((args.ttlSeconds ?? jobLeaseSeconds) * 1000) / 4;
  let renewing = Promise.resolve();
  const timer = setInterval(() => {
    // One that fails is tried again; only a lease that another run has is lost.
    renewing = lease.renew().catch((error) => {
      if (error instanceof VaultError && error.cause === undefined) lost.abort(error);
    });
  }, interval);
  const release = async () => {
    held.delete(release);
    clearInterval(timer);
    await renewing;
    await lease.release();
  };
  held.add(release);
  try {
    return await work(lost.signal);
  } finally {
    await release();
  }
}

/**
 * Makes a lease's object, also where the answer is lost: the one that lies there then says whose it is.
 *
 * @throws JobLeaseHeld when it is another run's; VaultError when there is none
 */
async function createdBy(
  run: string,
  { store, job }: JobLeaseArgs,
  prefix: string,
  create: () => Promise<boolean>,
): Promise<void> {
  let failure: unknown;
  try {
    if (await create()) return;
  } catch (error) {
    failure = error;
  }
  // Where the store does not answer now either, why it did not at first says more.
  const winner = await newestOf(store, prefix).catch((error: unknown) => {
    throw failure ?? error;
  });
  if (winner?.record.run === run) return;
  throw failure ?? new JobLeaseHeld(`"${job}" was just begun by ${winner?.record.holder ?? "another run"}`);
}

async function newestOf(store: Store, prefix: string) {
  let last: { readonly key: string; readonly modifiedAt: Date } | undefined;
  for await (const object of store.list(prefix)) last = object;
  if (!last) return undefined;
  const { key, modifiedAt } = last;
  const body = await store.get(key);
  const parsed = schema.safeParse(body && jsonOf(Buffer.from(body).toString("utf8")));
  if (!parsed.success)
    throw new VaultError(`${key} at ${store.label} is no lease of a job`, "remove it once nothing runs");
  return { key, modifiedAt, number: Number(/(\d{8})\.json$/.exec(key)?.[1] ?? 0), record: parsed.data };
}

/** Older holdings say nothing any more. A caller who may not delete leaves them. */
async function forgetOlder(store: Store, prefix: string, own: string): Promise<void> {
  const older: string[] = [];
  for await (const { key } of store.list(prefix)) if (key < own) older.push(key);
  await Promise.allSettled(older.map((key) => store.delete(key)));
}
