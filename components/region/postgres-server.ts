import * as apps from "@pulumi/kubernetes/apps/v1/index.js";
import * as pulumi from "@pulumi/pulumi";

import { bytes, names, type Plan, type PostgresDataset, ports } from "../../plan/index.js";
import {
  planFile,
  runFolder,
  runnerContainer,
  runnerPod,
  secretsMount,
  secretsVolume,
} from "./runner-pod.js";

/** Which database, at which site. */
export interface PostgresServerArgs {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  readonly spec: PostgresDataset;
  readonly image: string;
}

/**
 * A PostgreSQL server beside its lease keeper and pgBackRest's TLS server.
 *
 * An empty volume is filled before the server starts: restored from the site's own repository, or initialised
 * where no epoch has begun yet. The keeper supervises the server: without the lease it runs as a hot standby.
 */
export class PostgresServer extends pulumi.ComponentResource {
  constructor(name: string, args: PostgresServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("secondsite:region:PostgresServer", name, {}, opts);
    const { plan, dataset, spec } = args;
    const namespace = names.namespace(plan);
    const labels = datasetLabels(dataset);
    new apps.StatefulSet(
      `${name}-server`,
      {
        metadata: { name: dataset, namespace, labels },
        spec: {
          serviceName: `${dataset}-pods`,
          replicas: 1,
          selector: { matchLabels: labels },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          template: { metadata: { labels }, spec: serverPod(args) },
          volumeClaimTemplates: [
            {
              metadata: { name: "data" },
              spec: {
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: String(bytes(spec.volume)) } },
              },
            },
          ],
        },
      },
      { parent: this },
    );
    this.registerOutputs({});
  }
}

/** Labels of a dataset's server Pod. */
export const datasetLabels = (dataset: string) => ({ "secondsite.dev/dataset": dataset }) as const;

function serverPod(args: PostgresServerArgs) {
  const { dataset } = args;
  const pod = { ...args, job: "database" } as const;
  const withData = (name: string, command: string[]) => {
    const container = runnerContainer(pod, name, command);
    return {
      ...container,
      volumeMounts: [
        ...(container.volumeMounts as object[]),
        secretsMount,
        { name: "data", mountPath: "/var/lib/postgresql" },
        { name: "spool", mountPath: "/var/spool/pgbackrest" },
      ] as never,
    };
  };
  const probe = (path: string) => ({
    httpGet: { path, port: ports.keeper },
    periodSeconds: 5,
    timeoutSeconds: 3,
  });
  return runnerPod(pod, {
    // Long enough for a fast shutdown to write its checkpoint.
    terminationGracePeriodSeconds: 60,
    initContainers: [withData("prepare", ["secondsite", "pod", "prepare", planFile, dataset])],
    containers: [
      {
        ...withData("database", ["secondsite", "pod", "database", planFile, dataset]),
        ports: [
          { name: "postgres", containerPort: ports.postgres },
          { name: "keeper", containerPort: ports.keeper },
        ],
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
        startupProbe: { ...probe("/live"), periodSeconds: 1, failureThreshold: 60 },
        // A keeper that does not answer cannot be trusted to fence: the kubelet ends it within 15 s.
        livenessProbe: { ...probe("/live"), failureThreshold: 3, terminationGracePeriodSeconds: 1 },
        readinessProbe: { ...probe("/ready"), periodSeconds: 2, failureThreshold: 1 },
      },
      {
        ...withData("pgbackrest", ["pgbackrest", "server", `--config=${runFolder}/pgbackrest.conf`]),
        ports: [{ name: "pgbackrest", containerPort: ports.pgbackrest }],
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "512Mi" } },
      },
    ],
    volumes: [secretsVolume(dataset), { name: "spool", emptyDir: {} }],
  });
}
