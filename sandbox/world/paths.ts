import { join } from "node:path";

import { checkedName } from "./name.js";

/** Where all worlds keep their data. */
export const dataRoot = "/var/lib/secondsite";
/** Where all worlds keep what does not outlive the machine. */
export const runRoot = "/run/secondsite";

/** Where one world keeps things on this machine. */
export interface WorldPaths {
  /** Data: record, logs, the regions' disks. */
  readonly data: string;
  /** Handles on mount namespaces. */
  readonly run: string;
  /** What the world consists of, written before anything is started. */
  readonly manifest: string;
  /** What was started, appended to as it is started. */
  readonly record: string;
  /** Kubeconfig of the operator: one context per region, named by region. */
  readonly kubeconfig: string;
  /** Certificate of the world's CA, without its key. */
  readonly caFile: string;
  /** Log of a program. */
  readonly log: (namespace: string, program: string) => string;
  /** File with every new connection that a namespace saw. */
  readonly connections: (namespace: string) => string;
  /** Folder that a place's programs may write to. */
  readonly place: (namespace: string) => string;
  /** Handle that keeps a place's mount namespace. */
  readonly mounts: (namespace: string) => string;
}

/** Computes a world's paths from its name. @throws SandboxInputError for a name that no world can have */
export function pathsOf(given: string): WorldPaths {
  const name = checkedName(given);
  const data = join(dataRoot, name);
  const run = join(runRoot, name);
  return {
    data,
    run,
    manifest: join(data, "world.json"),
    record: join(data, "record.jsonl"),
    kubeconfig: join(data, "kubeconfig"),
    caFile: join(data, "ca.crt"),
    log: (namespace, program) => join(data, "logs", namespace, `${program}.log`),
    connections: (namespace) => join(data, "logs", namespace, "connections.log"),
    place: (namespace) => join(data, "places", namespace),
    mounts: (namespace) => join(run, namespace),
  };
}
