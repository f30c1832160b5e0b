import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { VaultError } from "../errors.js";
import type { Store } from "../store/store.js";
import { type Backend, backendNames, startBackend } from "../testing/backends.js";
import { JobLeaseHeld, takeJobLease, withJobLease } from "./job-lease.js";

describe.each(backendNames)("%s", (name) => {
  let backend: Backend;
  let store: Store;
  beforeAll(async () => {
    backend = await startBackend(name);
    store = await backend.store();
  });
  afterAll(() => backend?.stop());

  const take = (job: string, holder: string, ttlSeconds?: number) =>
    takeJobLease({ store, job, holder, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) });

  test("fault 19: of runs that begin at once one proceeds, and the others say who has it, with a code of their own", async () => {
    const outcomes = await Promise.allSettled(["a", "b", "c", "d"].map((holder) => take("race", holder)));

    const refused = outcomes.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(refused).toHaveLength(3);
    for (const error of refused) {
      expect(error).toBeInstanceOf(JobLeaseHeld);
      expect(error.exitCode).toBe(4);
      expect(error.message).toMatch(/^"race" (is being done|was just begun) by [abcd]/);
    }
  });

  test("fault 23: a lease whose owner was not told that it has it is recognised, and nobody else's is", async () => {
    const silent = (create: Store["create"]): Store => ({ ...store, create });
    const lost = silent(async (key, body) => {
      await store.create(key, body);
      throw new VaultError("the answer was lost");
    });
    const repeated = silent(async (key, body) => (await store.create(key, body)) && store.create(key, body));
    for (const [index, one] of [lost, repeated].entries()) {
      const lease = await takeJobLease({ store: one, job: "lost", holder: `run ${index}` });
      await lease.renew();
      await expect(take("lost", "other")).rejects.toThrow(`by run ${index}`);
      await lease.release();
    }

    const never = silent(() => Promise.reject(new VaultError("no answer")));
    await expect(takeJobLease({ store: never, job: "lost", holder: "nobody" })).rejects.toThrow("no answer");
    await (await take("lost", "next")).release();
  });

  test("a lease that was let go is free at once; one that is held is not", async () => {
    const first = await take("turns", "first");
    await expect(take("turns", "second")).rejects.toThrow('"turns" is being done by first, last seen');
    await first.renew();
    await first.release();
    const second = await take("turns", "second");
    await second.release();
  });

  test("fault 19: the lease of a dead owner is taken over after its time and not before; the dead one finds out", async () => {
    const dead = await take("dead", "dead", 1);
    await sleep(1_000);
    await expect(take("dead", "heir")).rejects.toThrow(JobLeaseHeld);
    await sleep(4_000);
    const heir = await take("dead", "heir");

    await expect(dead.renew()).rejects.toThrow("was taken over by another run");
    await dead.release();
    await expect(take("dead", "third")).rejects.toThrow("by heir");
    await heir.renew();
  });

  test("work longer than the lease's time keeps it by signs of life, and lets go when it fails", async () => {
    const short = { store, job: "long", ttlSeconds: 1 };
    const work = withJobLease({ ...short, holder: "worker" }, async (signal) => {
      await sleep(4_500);
      await expect(takeJobLease({ ...short, holder: "other" })).rejects.toThrow("by worker");
      expect(signal.aborted).toBe(false);
      throw new Error("the work failed");
    });
    await expect(work).rejects.toThrow("the work failed");
    await (await takeJobLease({ ...short, holder: "next" })).release();
  });
});
