import { setTimeout as sleep } from "node:timers/promises";

import { isList, type Log, type Values, valueAt } from "../../protocol/index.js";
import type { Cluster, ObjectRef } from "../cluster.js";
import type { Kind } from "../kind.js";
import { claim, definition, ingress, namespace, service, volume } from "./others.js";
import { lastWarning } from "./pods.js";
import { type Judge, objects, text } from "./verdict.js";
import { waitFor } from "./wait-for.js";
import { daemonSet, deployment, job, pod, replicaSet, statefulSet } from "./workloads.js";

/** Kinds that are more than their object; every other is ready as soon as it exists. */
const judges: Readonly<Record<string, Judge>> = {
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "apps/DaemonSet": daemonSet,
  "apps/ReplicaSet": replicaSet,
  "batch/Job": job,
  "/Pod": pod,
  "/ReplicationController": replicaSet,
  "/Service": service,
  "/PersistentVolumeClaim": claim,
  "/PersistentVolume": volume,
  "/Namespace": namespace,
  "networking.k8s.io/Ingress": ingress,
  "apiextensions.k8s.io/CustomResourceDefinition": definition,
};

/** Time between two looks, in milliseconds. */
const pause = 400;
/** Limit where neither the program nor the object sets one, in seconds. */
const defaultLimit = 600;

/** What waiting needs to know. */
export interface Wait {
  readonly ref: ObjectRef;
  readonly cluster: Cluster;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Limit that the program set, in seconds. */
  readonly timeoutSeconds?: number;
}

/** How waiting ended: with the object as it stands, and what is wrong with it. */
export interface Outcome {
  readonly live: Values;
  /** Empty when the object is what it was asked to be. */
  readonly reasons: readonly string[];
}

/**
 * Waits until an object is what it was asked to be, and tells meanwhile what it waits for. The annotations
 * `pulumi.com/skipAwait`, `pulumi.com/waitFor` and `pulumi.com/timeoutSeconds` say otherwise.
 */
export async function awaitReady(applied: Values, wait: Wait): Promise<Outcome> {
  const { ref, cluster, log, signal } = wait;
  const judge = judgeOf(ref.kind, applied);
  if (judge === undefined) return { live: applied, reasons: [] };
  const limit = limitOf(applied, wait.timeoutSeconds);
  const end = performance.now() + limit * 1_000;
  let live = applied;
  let said = "";
  for (;;) {
    const verdict = await judge(live, cluster);
    if (verdict.state !== "waiting" && said !== "") log.status("");
    if (verdict.state === "ready") return { live, reasons: [] };
    if (verdict.state === "failed") return { live, reasons: verdict.reasons };
    if (verdict.doing !== said) log.status(verdict.doing);
    said = verdict.doing;
    if (performance.now() > end) return { live, reasons: [`not ready after ${limit} s: ${said}`] };
    if (signal.aborted) return { live, reasons: [`cancelled while waiting: ${said}`] };
    await sleep(pause, undefined, { signal }).catch(() => undefined);
    const now = await cluster.get(ref);
    if (now === undefined) return { live, reasons: ["it was deleted while it was waited for"] };
    live = now;
  }
}

/**
 * Waits until a deleted object is gone.
 *
 * @returns what keeps it, or nothing when it is gone
 */
export async function awaitGone(deleted: Values, wait: Wait): Promise<string | undefined> {
  const { ref, cluster, log, signal } = wait;
  const limit = limitOf(deleted, wait.timeoutSeconds);
  const end = performance.now() + limit * 1_000;
  let said = "";
  for (;;) {
    const live = await cluster.get(ref);
    if (live === undefined || text(live, "metadata", "uid") !== text(deleted, "metadata", "uid")) {
      if (said !== "") log.status("");
      return undefined;
    }
    const doing = await keeping(live, cluster);
    if (doing !== said) log.status(doing);
    said = doing;
    if (performance.now() > end) return `still there after ${limit} s: ${said}`;
    if (signal.aborted) return `cancelled while waiting: ${said}`;
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** Whether the object asks not to be waited for. */
export function skipsAwait(object: Values): boolean {
  return annotation(object, "skipAwait") === "true";
}

/** An annotation of Pulumi's on an object. */
export function annotation(object: Values, name: string): string {
  return text(object, "metadata", "annotations", `pulumi.com/${name}`);
}

/** @throws {SandboxInputError} when the object's `waitFor` annotation can't be read */
export function judgeOf(kind: Kind, object: Values): Judge | undefined {
  if (skipsAwait(object)) return undefined;
  const asked = annotation(object, "waitFor");
  return asked === "" ? judges[`${kind.group}/${kind.kind}`] : waitFor(asked);
}

function limitOf(object: Values, timeoutSeconds: number | undefined): number {
  const asked = Number(annotation(object, "timeoutSeconds"));
  return timeoutSeconds ?? (asked > 0 ? asked : defaultLimit);
}

async function keeping(live: Values, cluster: Cluster): Promise<string> {
  const blocked = objects(live, "status", "conditions").filter(
    ({ type, status }) => status === "True" && /Remaining|Failure/.test(String(type)),
  );
  if (blocked.length > 0) return blocked.map((one) => text(one, "message")).join("; ");
  const warning = await lastWarning(live, cluster);
  const finalizers = valueAt(live, ["metadata", "finalizers"]);
  const held = isList(finalizers) && finalizers.length > 0 ? ` (finalizers: ${finalizers.join(", ")})` : "";
  return `waiting for what belongs to it to go${held}${warning ? `; ${warning}` : ""}`;
}
