import * as apps from "@pulumi/kubernetes/apps/v1/index.js";
import * as networking from "@pulumi/kubernetes/networking/v1/index.js";
import * as pulumi from "@pulumi/pulumi";

import { bytes, names, type Plan, type PostgresDataset, ports } from "../../plan/index.js";
import { rejectInvalid } from "../errors.js";
import { planFile, runnerContainer, runnerPod } from "./runner-pod.js";

/** Which recovery point becomes a server, and where. */
export interface RestoredServerArgs {
  readonly plan: Plan;
  readonly site: string;
  readonly dataset: string;
  readonly spec: PostgresDataset;
  readonly image: string;
  /** Tells instances apart; the StatefulSet is `<dataset>-<instance>`. */
  readonly instance: string;
  /** Epoch of the site's repository. */
  readonly epoch: number;
  /** The tool's name of the backup that the log is replayed onto. */
  readonly label: string;
  /** Moment to stop at, as PostgreSQL reads it. @default the end of the backup */
  readonly target?: string;
}

/** A StatefulSet's Pods carry its name and a hash as a label of at most 63 characters. */
const longestName = 52;

/**
 * A fresh, isolated PostgreSQL server with what a recovery point held.
 *
 * No Service leads to it, it holds no lease and archives nowhere; its identity can only read the site's copy. Its
 * volume goes with it.
 */
export class RestoredServer extends pulumi.ComponentResource {
  /** Name of the StatefulSet. */
  readonly server: pulumi.Output<string>;

  constructor(name: string, args: RestoredServerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { plan, dataset, spec, instance } = args;
    const full = names.restoredServer(dataset, instance);
    rejectInvalid(`RestoredServer "${name}"`, {
      instance:
        (!/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(instance) &&
          `must consist of lower-case letters, digits and inner dashes, got "${instance}"`) ||
        (full.length > longestName &&
          `makes "${full}", which is longer than ${longestName} characters; choose a shorter one`),
    });
    super("secondsite:region:RestoredServer", name, {}, opts);
    const namespace = names.namespace(plan);
    const labels = { "secondsite.dev/restored": full };
    const walls = new networking.NetworkPolicy(
      `${name}-walls`,
      {
        metadata: { name: full, namespace },
        spec: {
          podSelector: { matchLabels: labels },
          policyTypes: ["Ingress", "Egress"],
          ingress: [],
          // S3, STS and KMS have no fixed addresses: names by DNS, and TLS, are all it may use.
          egress: [
            {
              ports: [
                { port: 53, protocol: "UDP" },
                { port: 53, protocol: "TCP" },
                { port: 443, protocol: "TCP" },
              ],
            },
          ],
        },
      },
      { parent: this },
    );
    const server = new apps.StatefulSet(
      `${name}-server`,
      {
        metadata: {
          name: full,
          namespace,
          labels,
          // A restore takes as long as its data; whoever began it watches it, and says why when it fails.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          serviceName: full,
          replicas: 1,
          selector: { matchLabels: labels },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
          template: { metadata: { labels }, spec: restoredPod(args) },
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
      { parent: this, dependsOn: [walls] },
    );
    this.server = server.metadata.name;
    this.registerOutputs({ server: this.server });
  }
}

function restoredPod(args: RestoredServerArgs) {
  const { dataset, epoch, label, target } = args;
  const pod = { ...args, job: "restore" } as const;
  const withData = (name: string, command: string[]) => {
    const container = runnerContainer(pod, name, command);
    return {
      ...container,
      // The end of the log is where a failed restore says why.
      terminationMessagePolicy: "FallbackToLogsOnError",
      volumeMounts: [
        ...(container.volumeMounts as object[]),
        { name: "data", mountPath: "/var/lib/postgresql" },
        { name: "spool", mountPath: "/var/spool/pgbackrest" },
      ] as never,
    };
  };
  const probe = (path: string) => ({ httpGet: { path, port: ports.keeper }, timeoutSeconds: 3 });
  return runnerPod(pod, {
    terminationGracePeriodSeconds: 60,
    initContainers: [
      withData("restore", [
        ...["secondsite", "pod", "restore", planFile, dataset, `--epoch=${epoch}`, `--label=${label}`],
        ...(target === undefined ? [] : [`--target=${target}`]),
      ]),
    ],
    containers: [
      {
        ...withData("database", ["secondsite", "pod", "restored", planFile, dataset]),
        resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
        startupProbe: { ...probe("/live"), periodSeconds: 1, failureThreshold: 60 },
        livenessProbe: { ...probe("/live"), periodSeconds: 5, failureThreshold: 3 },
        readinessProbe: { ...probe("/ready"), periodSeconds: 1, failureThreshold: 1 },
      },
    ],
    volumes: [{ name: "spool", emptyDir: {} }],
  });
}
