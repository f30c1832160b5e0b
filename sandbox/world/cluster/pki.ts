import { generateKeyPair } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import type { RegionPlace } from "../../address.js";
import { type Ca, type Certificate, ensureCa, issue } from "../ca.js";

/** Keys and certificates of one cluster. */
export interface ClusterPki {
  /** CA of clients; it is the cluster's own, so that no other certificate of the world opens its API. */
  readonly clientCaFile: string;
  readonly apiServer: Certificate;
  /** The API server as a client of the kubelet. */
  readonly kubeletClient: Certificate;
  readonly kubeletServer: Certificate;
  /** Private key that signs ServiceAccount tokens, RSA as on EKS. */
  readonly serviceAccountKey: string;
  /** Kubeconfigs of the components and the administrator, with everything they need inside. */
  readonly kubeconfigs: Readonly<Record<Client, string>>;
}

/** Clients with a certificate of their own, by the user they are to Kubernetes. */
const clients = {
  admin: { commonName: "kubernetes-admin", organization: "system:masters" },
  "controller-manager": { commonName: "system:kube-controller-manager" },
  scheduler: { commonName: "system:kube-scheduler" },
  proxy: { commonName: "system:kube-proxy" },
  kubelet: { organization: "system:nodes" },
  resolver: { commonName: "secondsite:resolver" },
} as const;
type Client = keyof typeof clients;

/** Issues everything a cluster needs; existing files are replaced, but for the token key. */
export async function clusterPki(world: Ca, place: RegionPlace, dir: string): Promise<ClusterPki> {
  const clientCa = await ensureCa(join(dir, "client-ca"), `Kubernetes clients of ${place.region}`);
  const serverNames = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"];
  const [apiServer, kubeletServer, kubeletClient, serviceAccountKey, ...configs] = await Promise.all([
    issue(world, {
      commonName: "kube-apiserver",
      names: [...serverNames, "kubernetes.default.svc.cluster.local", "localhost"],
      addresses: [place.node, place.serviceCidr.replace(/\d+\/\d+$/, "1"), "127.0.0.1"],
      dir,
    }),
    issue(world, {
      commonName: "kubelet",
      file: "kubelet-server",
      names: [place.region],
      addresses: [place.node],
      dir,
    }),
    issue(clientCa, { commonName: "kube-apiserver-kubelet-client", organization: "system:masters", dir }),
    tokenKey(join(dir, "service-account.key")),
    ...Object.entries(clients).map(async ([client, user]) => {
      const certificate = await issue(clientCa, {
        commonName: `system:node:${place.region}`,
        ...user,
        dir,
        file: client,
      });
      const file = join(dir, `${client}.kubeconfig`);
      const config = kubeconfig([await kubeContext(place, world, certificate)]);
      await writeFile(file, config, { mode: 0o600 });
      return [client, file] as const;
    }),
  ]);
  return {
    clientCaFile: clientCa.certFile,
    apiServer,
    kubeletClient,
    kubeletServer,
    serviceAccountKey,
    kubeconfigs: Object.fromEntries(configs) as Record<Client, string>,
  };
}

/** One cluster in a kubeconfig, named by its region. */
export interface KubeContext {
  readonly name: string;
  readonly server: string;
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

async function kubeContext(place: RegionPlace, world: Ca, client: Certificate): Promise<KubeContext> {
  const read = async (file: string) => (await readFile(file)).toString("base64");
  return {
    name: place.region,
    server: `https://${place.node}:6443`,
    ca: await read(world.certFile),
    certificate: await read(client.certFile),
    key: await read(client.keyFile),
  };
}

/** The administrator's context of a cluster whose certificates were issued before. */
export async function adminContext(place: RegionPlace, world: Ca, dir: string): Promise<KubeContext> {
  return kubeContext(place, world, { certFile: join(dir, "admin.crt"), keyFile: join(dir, "admin.key") });
}

/** Renders a kubeconfig; JSON is YAML. The first context is the current one. */
export function kubeconfig(contexts: readonly KubeContext[]): string {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: contexts.map(({ name, server, ca }) => ({
      name,
      cluster: { server, "certificate-authority-data": ca },
    })),
    users: contexts.map(({ name, certificate, key }) => ({
      name,
      user: { "client-certificate-data": certificate, "client-key-data": key },
    })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
    "current-context": contexts[0]?.name ?? "",
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}

/** A region that comes back goes on with its key: tokens it has given out stay valid. */
async function tokenKey(file: string): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  await writeFile(file, privateKey, { mode: 0o600, flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  return file;
}
