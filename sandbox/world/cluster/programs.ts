import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { delimiter, dirname, join } from "node:path";

import type { RegionPlace } from "../../address.js";
import type { Program } from "../../program.js";
import type { WorldTools } from "../tools.js";
import { type ClusterFiles, containerdSocket } from "./files.js";
import type { ClusterPki } from "./pki.js";

/** What the programs of a cluster are made from. */
export interface ClusterParts {
  readonly tools: WorldTools;
  readonly place: RegionPlace;
  readonly pki: ClusterPki;
  readonly files: ClusterFiles;
  /** Certificate of the world's CA. */
  readonly caFile: string;
  readonly auditLog: string;
}

/** Issuer of a region's ServiceAccount tokens, named as EKS names it. */
export const issuerOf = (region: string): string => `https://oidc.eks.${region}.amazonaws.com/id/SECONDSITE`;

/** Where anybody may read the keys of a region's ServiceAccount tokens. */
export const jwksUrlOf = ({ node }: Pick<RegionPlace, "node">): string =>
  `https://${node}:6443/openid/v1/jwks`;

export function etcd({ tools, files }: ClusterParts): Program {
  const client = "http://127.0.0.1:2379";
  return {
    name: "etcd",
    argv: [
      tools.etcd,
      `--data-dir=${files.etcd}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      "--listen-peer-urls=http://127.0.0.1:2380",
    ],
  };
}

export function apiServer(parts: ClusterParts): Program {
  const { tools, place, pki, files, caFile, auditLog } = parts;
  return {
    name: "kube-apiserver",
    argv: [
      tools["kube-apiserver"],
      "--etcd-servers=http://127.0.0.1:2379",
      "--secure-port=6443",
      `--advertise-address=${place.node}`,
      `--tls-cert-file=${pki.apiServer.certFile}`,
      `--tls-private-key-file=${pki.apiServer.keyFile}`,
      `--client-ca-file=${pki.clientCaFile}`,
      `--service-account-issuer=${issuerOf(place.region)}`,
      `--service-account-jwks-uri=${jwksUrlOf(place)}`,
      `--service-account-key-file=${pki.serviceAccountKey}`,
      `--service-account-signing-key-file=${pki.serviceAccountKey}`,
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      `--service-cluster-ip-range=${place.serviceCidr}`,
      "--allow-privileged=true",
      "--kubelet-preferred-address-types=InternalIP",
      `--kubelet-certificate-authority=${caFile}`,
      `--kubelet-client-certificate=${pki.kubeletClient.certFile}`,
      `--kubelet-client-key=${pki.kubeletClient.keyFile}`,
      `--audit-policy-file=${files.auditPolicy}`,
      `--audit-log-path=${auditLog}`,
    ],
    ready: async () => {
      const ca = await readFile(caFile);
      return new Promise<boolean>((resolve) => {
        request(`https://${place.node}:6443/readyz`, { ca, timeout: 2000 }, (answer) => {
          answer.resume();
          resolve(answer.statusCode === 200);
        })
          // Not listening yet.
          .on("error", () => resolve(false))
          .on("timeout", () => resolve(false))
          .end();
      });
    },
  };
}

export function controllerManager({ tools, pki, caFile }: ClusterParts): Program {
  const { "controller-manager": kubeconfig } = pki.kubeconfigs;
  return {
    name: "kube-controller-manager",
    argv: [
      tools["kube-controller-manager"],
      `--kubeconfig=${kubeconfig}`,
      `--service-account-private-key-file=${pki.serviceAccountKey}`,
      `--root-ca-file=${caFile}`,
      "--use-service-account-credentials=true",
      "--leader-elect=false",
    ],
  };
}

export function scheduler({ tools, pki }: ClusterParts): Program {
  return {
    name: "kube-scheduler",
    argv: [tools["kube-scheduler"], `--kubeconfig=${pki.kubeconfigs.scheduler}`, "--leader-elect=false"],
  };
}

export function containerd({ tools, files }: ClusterParts, inside: readonly string[]): Program {
  return {
    name: "containerd",
    argv: [tools.containerd, `--config=${files.containerdConfig}`],
    env: { PATH: pathOf(tools) },
    ready: async () => {
      const { execa } = await import("execa");
      const [file, ...args] = [...inside, tools.ctr, "--address", containerdSocket, "version"];
      return (await execa(file as string, args, { reject: false, timeout: 5000 })).exitCode === 0;
    },
  };
}

export function kubelet({ tools, place, pki, files }: ClusterParts): Program {
  return {
    name: "kubelet",
    argv: [
      tools.kubelet,
      `--config=${files.kubeletConfig}`,
      `--kubeconfig=${pki.kubeconfigs.kubelet}`,
      `--root-dir=${files.kubelet}`,
      `--cert-dir=${join(files.kubelet, "pki")}`,
      `--hostname-override=${place.region}`,
      `--node-ip=${place.node}`,
      `--node-labels=topology.kubernetes.io/region=${place.region},topology.kubernetes.io/zone=${place.region}a`,
    ],
    env: { PATH: pathOf(tools) },
  };
}

export function proxy({ tools, place, pki }: ClusterParts): Program {
  return {
    name: "kube-proxy",
    argv: [
      tools["kube-proxy"],
      `--kubeconfig=${pki.kubeconfigs.proxy}`,
      "--proxy-mode=nftables",
      `--cluster-cidr=${place.podCidr}`,
      `--hostname-override=${place.region}`,
      // The limits are the machine's, not ours to set.
      "--conntrack-max-per-core=0",
      "--conntrack-tcp-timeout-established=0",
      "--conntrack-tcp-timeout-close-wait=0",
    ],
    env: { PATH: pathOf(tools) },
  };
}

/** Programs that run others find them where the toolchain has them. */
function pathOf(tools: WorldTools): string {
  const own = [tools.runc, tools.nft, tools.ip, tools.conntrack].map((file) => dirname(file));
  return [...new Set([...own, "/usr/sbin", "/usr/bin", "/sbin", "/bin"])].join(delimiter);
}
