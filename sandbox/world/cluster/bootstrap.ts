import { setTimeout as sleep } from "node:timers/promises";

import {
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from "@kubernetes/client-node";

import type { RegionPlace } from "../../address.js";
import { WorldError } from "../../errors.js";

/** Name of the StorageClass that volumes use unless they name another. */
export const storageClass = "standard";
/** Provisioner of that class: `cloud-controller/`. */
export const provisioner = "secondsite.local/volumes";

/** Puts what every cluster holds into it: cluster DNS, the StorageClass, readable token keys. */
export async function bootstrap(kubeconfig: string, place: RegionPlace): Promise<void> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  for (const object of objects(place)) {
    await api.patch(object, undefined, undefined, "secondsite", true, PatchStrategy.ServerSideApply);
  }
}

/** Waits until the cluster's one node is Ready. @throws WorldError with what the node says of itself. */
export async function nodeReady(
  kubeconfig: string,
  place: RegionPlace,
  { timeout = 60_000, signal }: { readonly timeout?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  // What a former kubelet said last does not count. Kubernetes keeps whole seconds.
  const since = new Date(Math.floor(Date.now() / 1000) * 1000);
  const deadline = performance.now() + timeout;
  let last = "the node has not registered";
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    const node = await readNode(kubeconfig, place);
    if (node.ready && node.at && node.at >= since) return;
    last = node.says;
    await sleep(200);
  }
  throw new WorldError(`node ${place.region} is not Ready after ${timeout / 1000} s: ${last}`);
}

/** What a cluster's node says of itself. */
export async function readNode(
  kubeconfig: string,
  place: RegionPlace,
): Promise<{ readonly ready: boolean; readonly says: string; readonly at?: Date }> {
  const { CoreV1Api } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  config.setCurrentContext(place.region);
  try {
    const node = await config.makeApiClient(CoreV1Api).readNode({ name: place.region });
    const condition = node.status?.conditions?.find(({ type }) => type === "Ready");
    return {
      ready: condition?.status === "True",
      says: condition?.message ?? "no Ready condition yet",
      ...(condition?.lastHeartbeatTime ? { at: condition.lastHeartbeatTime } : {}),
    };
  } catch (error) {
    return {
      ready: false,
      says: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error),
    };
  }
}

function objects(place: RegionPlace): (KubernetesObject & Record<string, unknown>)[] {
  const dns = [
    { name: "dns", port: 53, protocol: "UDP" },
    { name: "dns-tcp", port: 53, protocol: "TCP" },
  ];
  const rbac = "rbac.authorization.k8s.io";
  return [
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace: "kube-system" },
      spec: { clusterIP: place.clusterDns, ports: dns },
    },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: {
        name: "kube-dns",
        namespace: "kube-system",
        labels: { "kubernetes.io/service-name": "kube-dns" },
      },
      addressType: "IPv4",
      endpoints: [{ addresses: [place.resolver], conditions: { ready: true } }],
      ports: dns,
    },
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: {
        name: storageClass,
        annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
      },
      provisioner,
      reclaimPolicy: "Delete",
      volumeBindingMode: "Immediate",
    },
    {
      // EKS publishes the keys of its tokens; so anybody may read them here.
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "secondsite:token-keys" },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "system:service-account-issuer-discovery" },
      subjects: [{ apiGroup: rbac, kind: "Group", name: "system:unauthenticated" }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: "secondsite:resolver" },
      rules: [
        { apiGroups: [""], resources: ["services", "namespaces", "pods"], verbs: ["list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "secondsite:resolver" },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "secondsite:resolver" },
      subjects: [{ apiGroup: rbac, kind: "User", name: "secondsite:resolver" }],
    },
  ];
}
