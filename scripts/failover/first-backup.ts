import { BatchV1Api, KubeConfig } from "@kubernetes/client-node";

import { names, type Plan } from "../../plan/index.js";

/**
 * Starts a dataset's physical backup now, from its CronJob: a new epoch's repository has no base until then.
 *
 * @returns the Job's name
 */
export async function startBackup(
  plan: Plan,
  context: string,
  dataset: string,
  epoch: number,
): Promise<string> {
  const config = new KubeConfig();
  config.loadFromDefault();
  config.setCurrentContext(context);
  const api = config.makeApiClient(BatchV1Api);
  const namespace = names.namespace(plan);
  const cron = await api.readNamespacedCronJob({ name: `${dataset}-physical`, namespace });
  const name = `${dataset}-physical-${names.epochLabel(epoch)}`;
  const { spec } = cron.spec?.jobTemplate ?? {};
  if (!spec) throw new Error(`CronJob ${dataset}-physical has no Job template`);
  await api.createNamespacedJob({ namespace, body: { metadata: { name }, spec } });
  return name;
}
