import {
  CoreV1Api,
  type KubeConfig,
  PatchStrategy,
  setHeaderOptions,
  type V1Service,
} from "@kubernetes/client-node";

import { watch } from "./watch.js";

/**
 * Gives every Service of type LoadBalancer the node's address, where kube-proxy then serves its ports.
 *
 * There is one address: a Service whose port another one has stays pending, and the log says so.
 */
export async function serveLoadBalancers(config: KubeConfig, address: string): Promise<void> {
  const api = config.makeApiClient(CoreV1Api);
  await watch<V1Service>(
    config,
    "/api/v1/services",
    () => api.listServiceForAllNamespaces(),
    async (service) => {
      if (service.spec?.type !== "LoadBalancer" || service.status?.loadBalancer?.ingress?.length) return;
      const { items } = await api.listServiceForAllNamespaces();
      const other = portTaken(service, items);
      if (other) {
        // Tried again a few times: the other one may be on its way out.
        throw new Error(`a port is taken at ${address} by Service ${other}`);
      }
      await api.patchNamespacedServiceStatus(
        {
          name: service.metadata?.name ?? "",
          namespace: service.metadata?.namespace ?? "",
          body: { status: { loadBalancer: { ingress: [{ ip: address, ipMode: "VIP" }] } } },
        },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    },
  );
}

/** Which other Service answers at the address on one of this one's ports already, as `namespace/name`. */
export function portTaken(service: V1Service, all: readonly V1Service[]): string | undefined {
  const key = ({ port, protocol = "TCP" }: { port: number; protocol?: string }) => `${protocol}/${port}`;
  const wanted = new Set(service.spec?.ports?.map(key));
  const other = all.find(
    ({ metadata, spec, status }) =>
      metadata?.uid !== service.metadata?.uid &&
      status?.loadBalancer?.ingress?.length &&
      spec?.ports?.some((port) => wanted.has(key(port))),
  );
  return other && `${other.metadata?.namespace}/${other.metadata?.name}`;
}
