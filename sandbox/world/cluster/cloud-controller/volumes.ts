import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

import {
  ApiException,
  CoreV1Api,
  type KubeConfig,
  type V1PersistentVolume,
  type V1PersistentVolumeClaim,
} from "@kubernetes/client-node";

import { provisioner, storageClass } from "../bootstrap.js";
import { watch } from "./watch.js";

const provisionedBy = "pv.kubernetes.io/provisioned-by";

/** Makes a local volume for every pending claim of the class, and deletes it once it is released. */
export async function serveVolumes(
  config: KubeConfig,
  { node, volumes }: { readonly node: string; readonly volumes: string },
): Promise<void> {
  const api = config.makeApiClient(CoreV1Api);
  await Promise.all([
    watch<V1PersistentVolumeClaim>(
      config,
      "/api/v1/persistentvolumeclaims",
      () => api.listPersistentVolumeClaimForAllNamespaces(),
      async (claim) => {
        const { spec, status } = claim;
        const waits = status?.phase === "Pending" && !spec?.volumeName && !claim.metadata?.deletionTimestamp;
        if (!waits || spec?.storageClassName !== storageClass) return;
        const volume = volumeFor(claim, node, volumes);
        // As a freshly made filesystem: root's, and whoever needs it otherwise says so (fsGroup).
        await mkdir(folderOf(volume), { recursive: true, mode: 0o755 });
        await unless(409, api.createPersistentVolume({ body: volume }));
      },
    ),
    watch<V1PersistentVolume>(
      config,
      "/api/v1/persistentvolumes",
      () => api.listPersistentVolume(),
      async (volume) => {
        if (volume.metadata?.annotations?.[provisionedBy] !== provisioner) return;
        if (volume.status?.phase !== "Released" || volume.spec?.persistentVolumeReclaimPolicy !== "Delete")
          return;
        await rm(folderOf(volume), { recursive: true, force: true });
        await unless(404, api.deletePersistentVolume({ name: volume.metadata.name ?? "" }));
      },
    ),
  ]);
}

/** The volume that a claim gets: a folder named after the claim's uid, which no other claim ever has. */
export function volumeFor(
  { metadata, spec }: V1PersistentVolumeClaim,
  node: string,
  volumes: string,
): V1PersistentVolume & { spec: { local: { path: string } } } {
  const name = `pvc-${metadata?.uid}`;
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name, annotations: { [provisionedBy]: provisioner } },
    spec: {
      capacity: { storage: spec?.resources?.requests?.storage ?? "1Gi" },
      accessModes: spec?.accessModes ?? ["ReadWriteOnce"],
      volumeMode: "Filesystem",
      storageClassName: storageClass,
      persistentVolumeReclaimPolicy: "Delete",
      claimRef: {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        namespace: metadata?.namespace ?? "default",
        name: metadata?.name ?? "",
        uid: metadata?.uid ?? "",
      },
      local: { path: join(volumes, name) },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }] },
          ],
        },
      },
    },
  };
}

function folderOf(volume: V1PersistentVolume): string {
  const path = volume.spec?.local?.path;
  if (!path) throw new TypeError(`volume ${volume.metadata?.name} has no local path`);
  return path;
}

/** An answer that says it was done before is fine. */
async function unless(code: number, request: Promise<unknown>): Promise<void> {
  await request.catch((error: unknown) => {
    if (!(error instanceof ApiException) || error.code !== code) throw error;
  });
}
