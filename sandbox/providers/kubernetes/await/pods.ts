import { isObject, type Values, valueAt } from "../../protocol/index.js";
import type { Cluster } from "../cluster.js";
import type { Kind } from "../kind.js";
import { condition, objects, text } from "./verdict.js";

const podKind: Kind = { group: "", version: "v1", kind: "Pod" };
const eventKind: Kind = { group: "", version: "v1", kind: "Event" };

/** Lines of a failed container's log that its failure shows. */
const logLines = 20;

/** Pods that an object's label selector matches. */
export async function podsOf(object: Values, cluster: Cluster): Promise<Values[]> {
  const labels = valueAt(object, ["spec", "selector", "matchLabels"]);
  if (!isObject(labels) || Object.keys(labels).length === 0) return [];
  const labelSelector = Object.entries(labels)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
  return cluster.list(podKind, text(object, "metadata", "namespace"), { labelSelector });
}

/** What keeps Pods from running, one line for each thing that is wrong: a bad image, a crash, no node. */
export async function troubles(pods: readonly Values[], cluster: Cluster): Promise<string[]> {
  const lines = await Promise.all(pods.map((pod) => troubleOf(pod, cluster)));
  return [...new Set(lines.flat().map(short))];
}

/** A status line shows several of them. */
function short(line: string): string {
  return line.length > 300 ? `${line.slice(0, 299)}…` : line;
}

async function troubleOf(pod: Values, cluster: Cluster): Promise<string[]> {
  const name = text(pod, "metadata", "name");
  const found = containerTroubles(pod);
  if (found.length > 0) return found.map((line) => `Pod ${name}: ${line}`);
  const scheduled = condition(pod, "PodScheduled");
  if (scheduled?.status === "False") return [`Pod ${name}: ${text(scheduled, "message")}`];
  if (text(pod, "status", "phase") !== "Pending") return [];
  const warning = await lastWarning(pod, cluster);
  return warning === undefined ? [] : [`Pod ${name}: ${warning}`];
}

function containerTroubles(pod: Values): string[] {
  const statuses = [
    ...objects(pod, "status", "initContainerStatuses"),
    ...objects(pod, "status", "containerStatuses"),
  ];
  return statuses.flatMap((status) => {
    const container = text(status, "name");
    const reason = text(status, "state", "waiting", "reason");
    const message = text(status, "state", "waiting", "message");
    if (reason !== "" && reason !== "ContainerCreating" && reason !== "PodInitializing") {
      return [`container "${container}" ${reason}${message ? `: ${message}` : ""}`];
    }
    const ended = valueAt(status, ["state", "terminated"]);
    const code = isObject(ended) ? ended.exitCode : undefined;
    return typeof code === "number" && code !== 0
      ? [`container "${container}" ended with exit code ${code}`]
      : [];
  });
}

/** Newest warning about an object, for example a volume that can't be mounted. */
export async function lastWarning(object: Values, cluster: Cluster): Promise<string | undefined> {
  const fieldSelector = `involvedObject.uid=${text(object, "metadata", "uid")},type=Warning`;
  const events = await cluster.list(eventKind, text(object, "metadata", "namespace") || "default", {
    fieldSelector,
  });
  const time = (event: Values) => text(event, "lastTimestamp") || text(event, "eventTime");
  const newest = events.sort((left, right) => time(left).localeCompare(time(right))).at(-1);
  return newest && `${text(newest, "reason")}: ${text(newest, "message")}`;
}

/** Last log lines of the containers that failed in a Pod. */
export async function failedLogs(pod: Values, cluster: Cluster): Promise<string[]> {
  const statuses = [
    ...objects(pod, "status", "initContainerStatuses"),
    ...objects(pod, "status", "containerStatuses"),
  ];
  const broken = statuses.filter((status) =>
    ["state", "lastState"].some((at) => {
      const code = valueAt(status, [at, "terminated", "exitCode"]);
      return typeof code === "number" && code !== 0;
    }),
  );
  const namespace = text(pod, "metadata", "namespace");
  const name = text(pod, "metadata", "name");
  const logs = broken.map(async (status) => {
    const container = text(status, "name");
    const log = await cluster.logTail(namespace, name, container, logLines);
    return log === undefined || log === "" ? [] : [`log of Pod ${name}, container "${container}":\n${log}`];
  });
  return (await Promise.all(logs)).flat();
}
