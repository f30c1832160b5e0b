import { randomBytes } from "node:crypto";
import { ApiException, CoreV1Api, KubeConfig } from "@kubernetes/client-node";

import { names } from "../../plan/index.js";
import { wrapNewPassphrase } from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { makeCertificates } from "./certificates.js";
import { type Placement, storeAt } from "./placement.js";

/**
 * Makes what a dataset needs and nobody should carry around: passwords and certificates as a Secret of the
 * cluster it runs in, and the repositories' passphrase, wrapped, at every direct copy. What is there stays.
 */
export async function makeSecrets(placement: Placement, say: (line: string) => void): Promise<void> {
  await keepPassphrase(placement, say);
  const { dataset, plan } = placement;
  const namespace = names.namespace(plan);
  const config = new KubeConfig();
  config.loadFromCluster();
  const api = config.makeApiClient(CoreV1Api);
  const name = names.datasetSecret(dataset);
  try {
    await api.readNamespacedSecret({ name, namespace });
    say(`Secret ${name} is there already`);
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
      stringData: { ...certificates, "app-password": randomBytes(24).toString("base64url") },
    },
  });
  say(`made Secret ${name}`);
}

/** One passphrase for all copies: whichever exists wins, and only the dataset's home makes a first one. */
async function keepPassphrase(placement: Placement, say: (line: string) => void): Promise<void> {
  const { dataset, site, spec, direct, key } = placement;
  const object = names.passphraseKey(dataset);
  const stores = direct.map((at) => storeAt(placement, at));
  const found = await Promise.all(stores.map((store) => store.get(object)));
  const existing = found.find((body) => body !== undefined);
  if (!existing && site !== spec.at)
    throw new EngineError(
      `"${dataset}" has no passphrase at ${stores[0]?.label}`,
      3,
      `bring up its home site "${spec.at}" first`,
    );
  const [own, ...others] = stores;
  if (!own) return;
  if (await own.create(object, existing ?? (await wrapNewPassphrase(key))))
    say(`wrapped a passphrase into ${own.label}`);
  const kept = await own.get(object);
  for (const other of others)
    if (kept && (await other.create(object, kept))) say(`copied the wrapped passphrase to ${other.label}`);
}
