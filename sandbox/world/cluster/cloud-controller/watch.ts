import { setTimeout as sleep } from "node:timers/promises";

import {
  type KubeConfig,
  type KubernetesListObject,
  type KubernetesObject,
  makeInformer,
} from "@kubernetes/client-node";

/**
 * Calls `reconcile` for every object now and whenever it changes, one at a time and again after a failure.
 *
 * Objects that are deleted are not reported: nothing here needs it.
 */
export async function watch<T extends KubernetesObject>(
  config: KubeConfig,
  path: string,
  list: () => Promise<KubernetesListObject<T>>,
  reconcile: (object: T) => Promise<void>,
): Promise<void> {
  const informer = makeInformer<T>(config, path, list);
  let turn: Promise<void> = Promise.resolve();
  const take = (object: T) => {
    turn = turn.then(() => attempt(path, object, reconcile));
  };
  informer.on("add", take);
  informer.on("update", take);
  informer.on("error", async (error) => {
    console.error(`${path}: ${describe(error)}; watching again`);
    await sleep(1000);
    await informer.start().catch((again) => informer_failed(path, again));
  });
  await informer.start();
}

async function attempt<T extends KubernetesObject>(
  path: string,
  object: T,
  reconcile: (object: T) => Promise<void>,
): Promise<void> {
  for (let tries = 1; tries <= 5; tries++) {
    try {
      await reconcile(object);
      return;
    } catch (error) {
      const { namespace = "", name = "" } = object.metadata ?? {};
      console.error(`${path} ${namespace}/${name}, attempt ${tries}: ${describe(error)}`);
      await sleep(200 * 2 ** tries);
    }
  }
}

function informer_failed(path: string, error: unknown): never {
  // The API server is gone for good; who started us sees the exit.
  console.error(`${path}: ${describe(error)}`);
  process.exit(1);
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
