import { isObject, type Values, valueAt } from "../../protocol/index.js";
import { failedLogs, podsOf, troubles } from "./pods.js";
import {
  condition,
  count,
  failed,
  isStale,
  type Judge,
  ready,
  text,
  type Verdict,
  waiting,
} from "./verdict.js";

/** A Deployment is ready when every replica is of the newest form and available, and none of the old are left. */
export const deployment: Judge = async (object, cluster) => {
  if (isStale(object)) return waiting("waiting for the Deployment controller");
  if (valueAt(object, ["spec", "paused"]) === true) return ready;
  const wanted = replicas(object);
  const updated = count(object, "status", "updatedReplicas");
  const available = count(object, "status", "availableReplicas");
  const all = count(object, "status", "replicas");
  if (updated >= wanted && all <= updated && available >= wanted) return ready;
  const progress = condition(object, "Progressing");
  const pods = await troubles(await podsOf(object, cluster), cluster);
  if (progress?.status === "False" && progress.reason === "ProgressDeadlineExceeded") {
    return failed(text(progress, "message"), ...pods);
  }
  const quota = condition(object, "ReplicaFailure");
  const failure = quota?.status === "True" ? [text(quota, "message")] : [];
  return told(`${Math.min(available, wanted)} of ${wanted} Pods available`, [...failure, ...pods]);
};

/** A StatefulSet is ready when every replica is, in the newest form unless its strategy leaves that to others. */
export const statefulSet: Judge = async (object, cluster) => {
  if (isStale(object)) return waiting("waiting for the StatefulSet controller");
  const wanted = replicas(object);
  const running = count(object, "status", "readyReplicas");
  const rolling = text(object, "spec", "updateStrategy", "type") !== "OnDelete";
  const kept = count(object, "spec", "updateStrategy", "rollingUpdate", "partition");
  const updated = count(object, "status", "updatedReplicas");
  const current = !rolling || updated >= Math.max(0, wanted - kept);
  if (running >= wanted && count(object, "status", "replicas") === wanted && current) return ready;
  return told(
    `${running} of ${wanted} Pods ready${current ? "" : `, ${updated} in their newest form`}`,
    await troubles(await podsOf(object, cluster), cluster),
  );
};

/** A DaemonSet is ready when every node that should run its Pod runs it in the newest form. */
export const daemonSet: Judge = async (object, cluster) => {
  if (isStale(object)) return waiting("waiting for the DaemonSet controller");
  const wanted = count(object, "status", "desiredNumberScheduled");
  const updated = count(object, "status", "updatedNumberScheduled");
  const available = count(object, "status", "numberAvailable");
  const rolling = text(object, "spec", "updateStrategy", "type") !== "OnDelete";
  if (available >= wanted && (!rolling || updated >= wanted)) return ready;
  const pods = await troubles(await podsOf(object, cluster), cluster);
  return told(`${available} of ${wanted} Pods available`, pods);
};

/** A ReplicaSet or ReplicationController is ready when every replica is. */
export const replicaSet: Judge = async (object, cluster) => {
  if (isStale(object)) return waiting("waiting for its controller");
  const wanted = replicas(object);
  const running = count(object, "status", "readyReplicas");
  if (running >= wanted) return ready;
  return told(`${running} of ${wanted} Pods ready`, await troubles(await podsOf(object, cluster), cluster));
};

/** A Job is ready when it is complete; a failed one says what its Pods logged last. */
export const job: Judge = async (object, cluster) => {
  if (valueAt(object, ["spec", "suspend"]) === true) return ready;
  if (condition(object, "Complete")?.status === "True") return ready;
  const pods = await podsOf(object, cluster);
  const failure = condition(object, "Failed");
  if (failure?.status === "True") {
    const logs = await Promise.all(pods.slice(-2).map((pod) => failedLogs(pod, cluster)));
    return failed(`${text(failure, "reason")}: ${text(failure, "message")}`, ...logs.flat());
  }
  const { succeeded, active, failed: lost } = statusCounts(object);
  return told(`${succeeded} succeeded, ${active} active, ${lost} failed`, await troubles(pods, cluster));
};

/** A Pod is ready when it says so, or when it ended well. */
export const pod: Judge = async (object, cluster) => {
  const phase = text(object, "status", "phase");
  if (phase === "Succeeded" || condition(object, "Ready")?.status === "True") return ready;
  const found = await troubles([object], cluster);
  if (phase === "Failed") {
    const reason = text(object, "status", "message");
    return failed(...(reason ? [reason] : []), ...found, ...(await failedLogs(object, cluster)));
  }
  return told(`Pod is ${phase || "Pending"}`, found);
};

function replicas(object: Values): number {
  const wanted = valueAt(object, ["spec", "replicas"]);
  return typeof wanted === "number" ? wanted : 1;
}

function statusCounts(object: Values): { succeeded: number; active: number; failed: number } {
  const status = valueAt(object, ["status"]);
  const of = (name: string) => (isObject(status) ? count(status, name) : 0);
  return { succeeded: of("succeeded"), active: of("active"), failed: of("failed") };
}

function told(doing: string, found: readonly string[]): Verdict {
  return waiting([doing, ...found].join("; "));
}
