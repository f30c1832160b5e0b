import {
  ApiException,
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  KubeConfig,
  type V1ContainerStatus,
  type V1StatefulSet,
} from "@kubernetes/client-node";

import { EngineError } from "../../engines/errors.js";

/** What a restore asks one site's cluster. */
export interface SiteCluster {
  /** The image that this site's own jobs run; undefined when the site was never deployed. */
  runnerImage(dataset: string): Promise<string | undefined>;
  /** undefined when there is none. */
  statefulSet(name: string): Promise<V1StatefulSet | undefined>;
  /** How the containers of a Pod are, those of its start first; undefined when there is no such Pod. */
  containers(pod: string): Promise<readonly V1ContainerStatus[] | undefined>;
  /** Where a Service of type LoadBalancer is reached; undefined when there is none, or it has no address. */
  address(service: string): Promise<string | undefined>;
}

/** The cluster behind a context of the operator's kubeconfig. */
export function siteCluster(context: string, namespace: string): SiteCluster {
  const config = new KubeConfig();
  config.loadFromDefault();
  if (!config.getContextObject(context))
    throw new EngineError(
      `the kubeconfig has no context called "${context}"`,
      3,
      "set KUBECONFIG to a file that has it",
    );
  config.setCurrentContext(context);
  const [apps, batch, core] = [
    config.makeApiClient(AppsV1Api),
    config.makeApiClient(BatchV1Api),
    config.makeApiClient(CoreV1Api),
  ];
  return {
    async runnerImage(dataset) {
      const name = `${dataset}-physical`;
      const cron = await found(batch.readNamespacedCronJob({ name, namespace }));
      return cron?.spec?.jobTemplate.spec?.template.spec?.containers[0]?.image;
    },
    statefulSet: (name) => found(apps.readNamespacedStatefulSet({ name, namespace })),
    async containers(pod) {
      const { status } = (await found(core.readNamespacedPod({ name: pod, namespace }))) ?? {};
      return status && [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    },
    async address(service) {
      const { status } = (await found(core.readNamespacedService({ name: service, namespace }))) ?? {};
      const [ingress] = status?.loadBalancer?.ingress ?? [];
      return ingress?.ip ?? ingress?.hostname;
    },
  };
}

async function found<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return undefined;
    throw error;
  }
}
