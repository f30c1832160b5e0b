import type { types } from "@pulumi/kubernetes";
import { cloudSiteOf, names, type Plan, roleArn } from "../../plan/index.js";
import { stsAudience } from "../identity/oidc-provider.js";

type PodSpec = types.input.core.v1.PodSpec;
type Container = types.input.core.v1.Container;

/** What every Pod that runs the `secondsite` command has in common. */
export interface RunnerPodArgs {
  readonly plan: Plan;
  /** Site the Pod runs at. */
  readonly site: string;
  readonly dataset: string;
  readonly job: names.DatasetJob;
  /** Image with the command and the database's tools. */
  readonly image: string;
}

/** User and group of the runner image. */
const user = 999;

/** Folder with passwords, keys and certificates: memory only. */
export const runFolder = "/run/secondsite";
/** Where the plan is mounted. */
export const planFile = "/etc/secondsite/plan.json";
const tokenFolder = "/var/run/secrets/eks.amazonaws.com/serviceaccount";

/** A container of the runner image, allowed as little as a container can be. */
export function runnerContainer(args: RunnerPodArgs, name: string, command: string[]): Container {
  const { plan, site, dataset, job, image } = args;
  const { region } = cloudSiteOf(plan, site);
  return {
    name,
    image,
    // An init reaps what pgBackRest's helpers leave behind; when its child dies, the kernel ends all the others.
    command: ["tini", "--", ...command],
    env: Object.entries({
      SECONDSITE_SITE: site,
      AWS_REGION: region,
      AWS_ROLE_ARN: roleArn(plan, site, dataset, job),
      AWS_WEB_IDENTITY_TOKEN_FILE: `${tokenFolder}/token`,
      AWS_STS_REGIONAL_ENDPOINTS: "regional",
    }).map(([key, value]) => ({ name: key, value })),
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    },
    volumeMounts: [
      { name: "plan", mountPath: "/etc/secondsite", readOnly: true },
      { name: "run", mountPath: runFolder },
      { name: "tmp", mountPath: "/tmp" },
      { name: "aws-token", mountPath: tokenFolder, readOnly: true },
    ],
  };
}

/** The Pod around runner containers: identity, volumes, and the restricted security profile. */
export function runnerPod(args: RunnerPodArgs, spec: Omit<PodSpec, "serviceAccountName">): PodSpec {
  return {
    ...spec,
    serviceAccountName: names.serviceAccount(args.dataset, args.job),
    securityContext: {
      runAsNonRoot: true,
      runAsUser: user,
      runAsGroup: user,
      fsGroup: user,
      // The default walks the whole volume at every start, and opens the data folder to its group, which
      // PostgreSQL refuses.
      fsGroupChangePolicy: "OnRootMismatch",
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumes: [
      { name: "plan", configMap: { name: planConfigMap } },
      { name: "run", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
      { name: "tmp", emptyDir: {} },
      {
        name: "aws-token",
        projected: {
          sources: [
            { serviceAccountToken: { audience: stsAudience, expirationSeconds: 3600, path: "token" } },
          ],
        },
      },
      ...((spec.volumes as types.input.core.v1.Volume[] | undefined) ?? []),
    ],
  };
}

/** ConfigMap with the plan as JSON. */
export const planConfigMap = "secondsite-plan";

/** Volume with how people are told, from a Secret that is there or not: whoever runs the cluster makes it. */
export const notifyVolume = {
  name: "notify",
  secret: { secretName: "secondsite-notify", optional: true, defaultMode: 0o440 },
} as const;
export const notifyMount = { name: "notify", mountPath: "/run/secrets/notify", readOnly: true } as const;

/** Where a Pod finds room for a whole database. */
export const scratchMount = { name: "scratch", mountPath: "/var/lib/secondsite" } as const;

/** A volume that is made with its Pod and gone with it: a database's size is not for a node's own disk. @param size bytes */
export const scratchVolume = (size: number) => ({
  name: scratchMount.name,
  ephemeral: {
    volumeClaimTemplate: {
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: String(size) } } },
    },
  },
});

/** Volume with the dataset's Secret, for Pods that need passwords or certificates. */
export const secretsVolume = (dataset: string) =>
  ({ name: "secrets", secret: { secretName: names.datasetSecret(dataset), defaultMode: 0o440 } }) as const;
export const secretsMount = {
  name: "secrets",
  mountPath: "/run/secrets/secondsite",
  readOnly: true,
} as const;
