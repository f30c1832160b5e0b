import { randomBytes } from "node:crypto";
import {
  ApiException,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";

import { names } from "../../plan/index.js";
import { makeCertificates } from "./certificates.js";
import type { Placement } from "./placement.js";
import { keepKeys } from "./vault-keys.js";

/** Entry of the Secret with the password of the role that dumps are made as. */
export const dumpPassword = "dump-password";

/**
 * Makes what a dataset needs and nobody should carry around: passwords and certificates as a Secret of the
 * cluster it runs in, and the keys of its recovery points, wrapped, at every direct copy. What is there stays.
 */
export async function makeSecrets(placement: Placement, say: (line: string) => void): Promise<void> {
  await keepKeys(placement, say);
  const { dataset, plan } = placement;
  const namespace = names.namespace(plan);
  const config = new KubeConfig();
  config.loadFromCluster();
  const api = config.makeApiClient(CoreV1Api);
  const name = names.datasetSecret(dataset);
  try {
    const { data } = await api.readNamespacedSecret({ name, namespace });
    if (data && dumpPassword in data) say(`Secret ${name} is there already`);
    else {
      // Made by a release that had no dumps: what it has stays.
      const body = { stringData: { [dumpPassword]: password() } };
      await api.patchNamespacedSecret(
        { name, namespace, body },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
      say(`added ${dumpPassword} to Secret ${name}`);
    }
    return;
  } catch (error) {
    if (!(error instanceof ApiException) || error.code !== 404) throw error;
  }
  const pods = `${dataset}-pods.${namespace}.svc.cluster.local`;
  const certificates = await makeCertificates(dataset, [
    dataset,
    `${dataset}.${namespace}.svc`,
    `${dataset}.${namespace}.svc.cluster.local`,
    `${dataset}-0.${pods}`,
  ]);
  await api.createNamespacedSecret({
    namespace,
    body: {
      metadata: { name },
      type: "Opaque",
      stringData: { ...certificates, "app-password": password(), [dumpPassword]: password() },
    },
  });
  say(`made Secret ${name}`);
}

const password = () => randomBytes(24).toString("base64url");
