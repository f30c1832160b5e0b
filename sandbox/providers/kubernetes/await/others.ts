import { isObject, type Values, valueAt } from "../../protocol/index.js";
import type { Kind } from "../kind.js";
import { lastWarning } from "./pods.js";
import { condition, failed, type Judge, objects, ready, text, waiting } from "./verdict.js";

const storageClassKind: Kind = { group: "storage.k8s.io", version: "v1", kind: "StorageClass" };
const endpointsKind: Kind = { group: "discovery.k8s.io", version: "v1", kind: "EndpointSlice" };

/**
 * A Service is ready when it has someone to send requests to, and as a LoadBalancer an address. One without a
 * selector, a headless one and an ExternalName send no requests themselves.
 */
export const service: Judge = async (object, cluster) => {
  const type = text(object, "spec", "type");
  if (type === "LoadBalancer" && objects(object, "status", "loadBalancer", "ingress").length === 0) {
    const warning = await lastWarning(object, cluster);
    return waiting(`waiting for an address of the load balancer${warning ? `; ${warning}` : ""}`);
  }
  const selector = valueAt(object, ["spec", "selector"]);
  const headless = text(object, "spec", "clusterIP") === "None";
  if (type === "ExternalName" || headless || !isObject(selector) || Object.keys(selector).length === 0)
    return ready;
  const slices = await cluster.list(endpointsKind, text(object, "metadata", "namespace"), {
    labelSelector: `kubernetes.io/service-name=${text(object, "metadata", "name")}`,
  });
  const endpoints = slices.flatMap((slice) => objects(slice, "endpoints"));
  const open = endpoints.some((endpoint) => valueAt(endpoint, ["conditions", "ready"]) !== false);
  return open
    ? ready
    : waiting(`waiting for a ready Pod that its selector matches (${endpoints.length} not ready)`);
};

/** An Ingress is ready when its controller gave it an address. */
export const ingress: Judge = async (object) =>
  objects(object, "status", "loadBalancer", "ingress").length > 0
    ? ready
    : waiting("waiting for an address from the Ingress controller");

/** A PersistentVolumeClaim is ready when it is bound, unless that waits for the first Pod that uses it. */
export const claim: Judge = async (object, cluster) => {
  const phase = text(object, "status", "phase");
  if (phase === "Bound") return ready;
  if (phase === "Lost") return failed("the PersistentVolume that the claim was bound to is gone");
  const name = text(object, "spec", "storageClassName");
  const storage: Values | undefined = name ? await cluster.get({ kind: storageClassKind, name }) : undefined;
  if (storage && text(storage, "volumeBindingMode") === "WaitForFirstConsumer") return ready;
  const warning = await lastWarning(object, cluster);
  return waiting(`waiting for a volume${warning ? `; ${warning}` : ""}`);
};

/** A PersistentVolume is ready when a claim can have it, or has it. */
export const volume: Judge = async (object) => {
  const phase = text(object, "status", "phase");
  return ["Available", "Bound"].includes(phase)
    ? ready
    : waiting(`PersistentVolume is ${phase || "Pending"}`);
};

/** A CustomResourceDefinition is ready when its kinds are served. */
export const definition: Judge = async (object) => {
  const refused = condition(object, "NamesAccepted");
  if (refused?.status === "False") return failed(text(refused, "message"));
  return condition(object, "Established")?.status === "True"
    ? ready
    : waiting("waiting for its kinds to be served");
};

/** A namespace is ready when objects can be made in it. */
export const namespace: Judge = async (object) =>
  text(object, "status", "phase") === "Terminating"
    ? failed("the namespace is being deleted")
    : text(object, "status", "phase") === "Active"
      ? ready
      : waiting("waiting for the namespace to become active");
