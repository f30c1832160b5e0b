import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { RegionPlace } from "../../address.js";
import type { WorldTools } from "../tools.js";
import type { ClusterPki } from "./pki.js";

/** Image of every Pod's first container. */
export const pauseImage = "secondsite.local/pause:1";
/** Where containerd listens, as its region sees it. */
export const containerdSocket = "/run/containerd/containerd.sock";

/** Configuration files and folders of one node. */
export interface ClusterFiles {
  readonly etcd: string;
  readonly kubelet: string;
  readonly volumes: string;
  readonly containerdConfig: string;
  readonly kubeletConfig: string;
  readonly auditPolicy: string;
}

/** Writes the configuration files of a node's programs below its region's folder. */
export async function clusterFiles(
  tools: WorldTools,
  place: RegionPlace,
  pki: ClusterPki,
  dir: string,
): Promise<ClusterFiles> {
  const network = join(dir, "cni");
  const config = join(dir, "config");
  const files = {
    etcd: join(dir, "etcd"),
    kubelet: join(dir, "kubelet"),
    volumes: join(dir, "volumes"),
    containerdConfig: join(config, "containerd.toml"),
    kubeletConfig: join(config, "kubelet.json"),
    auditPolicy: join(config, "audit.json"),
  };
  for (const folder of [network, config, files.kubelet, files.volumes]) {
    await mkdir(folder, { recursive: true });
  }
  // etcd warns about a folder that others may read.
  await mkdir(files.etcd, { recursive: true, mode: 0o700 });
  await writeJson(join(network, "10-pods.conflist"), podNetwork(place));
  await writeFile(files.containerdConfig, containerdConfig(tools, dir, network));
  await writeJson(files.kubeletConfig, kubeletConfig(place, pki, dir));
  await writeJson(files.auditPolicy, auditPolicy);
  return files;
}

const auditPolicy = {
  apiVersion: "audit.k8s.io/v1",
  kind: "Policy",
  omitStages: ["RequestReceived"],
  rules: [
    // The node's heartbeats say nothing.
    { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
    { level: "Metadata" },
  ],
};

function podNetwork({ podCidr }: RegionPlace) {
  return {
    cniVersion: "0.4.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "cni0",
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: podCidr }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
      { type: "portmap", capabilities: { portMappings: true } },
    ],
  };
}

function containerdConfig(tools: WorldTools, dir: string, network: string): string {
  return `version = 2
root = "${join(dir, "containerd")}"
state = "/run/containerd"
# Snapshotters that need devices or filesystems a node does not have.
disabled_plugins = [${["aufs", "btrfs", "devmapper", "zfs"].map((name) => `"io.containerd.snapshotter.v1.${name}"`).join(", ")}]
[grpc]
  address = "${containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${tools["cni-plugins"]}"
    conf_dir = "${network}"
`;
}

function kubeletConfig(place: RegionPlace, pki: ClusterPki, dir: string) {
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    failCgroupV1: false,
    cgroupDriver: "cgroupfs",
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    localStorageCapacityIsolation: false,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: pki.clientCaFile },
    },
    authorization: { mode: "Webhook" },
    tlsCertFile: pki.kubeletServer.certFile,
    tlsPrivateKeyFile: pki.kubeletServer.keyFile,
    clusterDNS: [place.clusterDns],
    clusterDomain: "cluster.local",
    resolvConf: join(dir, "resolv.conf"),
    volumePluginDir: join(dir, "kubelet", "volume-plugins"),
    // Images are imported, never pulled: what is thrown away would not come back.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: { "memory.available": "100Mi" },
  };
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, undefined, 2)}\n`);
}
