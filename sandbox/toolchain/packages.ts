import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { CachedPackage, DebianPackage, Source } from "./model.js";
import { debian } from "./sources/debian.js";
import { type GoModule, goModules } from "./sources/go-modules.js";
import { pulumiInstaller } from "./sources/pulumi-installer.js";
import { pythonVenv } from "./sources/python-venv.js";
import { release, releaseArch } from "./sources/release.js";

/** Newest CLI that runs policy packs with the language host that can be built from Go modules. */
const pulumiVersion = "3.220.0";
const kubernetesVersion = "1.36.3";
const coreDnsVersion = "1.15.0";
const goVersion = "1.26.8";
const ministackVersion = "1.5.33";
const encryptionSdkVersion = "3.3.1";
/** That of PostgreSQL 18's package; those of 16 and 17 stand beside it in `requirements.in`. */
const newerPostgresVersion = "18.6.3";
const versitygwVersion = "1.8.0";
/** The newest that the module proxy serves: MinIO's releases carry no semantic versions. */
const minioVersion = "0.0.0-20260212201848-7aac2a2c5b7c";

const kubernetesPrograms = [
  "kube-apiserver",
  "kube-controller-manager",
  "kube-scheduler",
  "kubelet",
  "kube-proxy",
  "kubectl",
];

const pulumiModules: readonly GoModule[] = [
  {
    folder: "pulumi",
    probe: `github.com/pulumi/pulumi/pkg/v3@v${pulumiVersion}`,
    programs: ["github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
    variables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${pulumiVersion}` },
  },
  {
    // Later releases moved the language host to a module that is not served.
    folder: "language-nodejs",
    probe: "github.com/pulumi/pulumi/sdk/v3@v3.68.0",
    programs: ["github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"],
    scripts: {
      module: "github.com/pulumi/pulumi/sdk/v3",
      paths: ["nodejs/dist/pulumi-analyzer-policy", "nodejs/dist/pulumi-resource-pulumi-nodejs"],
    },
  },
];

const kubernetesModules: readonly GoModule[] = [
  {
    folder: "kubernetes",
    probe: `k8s.io/kubernetes@v${kubernetesVersion}`,
    programs: kubernetesPrograms.map((program) => `k8s.io/kubernetes/cmd/${program}`),
    // What its own release sets, so that the programs know which version they are.
    variables: Object.fromEntries(
      ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((place) => [
        [`${place}.gitVersion`, `v${kubernetesVersion}`],
        [`${place}.gitMajor`, kubernetesVersion.split(".")[0] ?? ""],
        [`${place}.gitMinor`, kubernetesVersion.split(".")[1] ?? ""],
        [`${place}.gitTreeState`, "archive"],
      ]),
    ),
  },
];

const coreDnsModules: readonly GoModule[] = [
  {
    folder: "coredns",
    probe: `github.com/coredns/coredns@v${coreDnsVersion}`,
    programs: ["github.com/coredns/coredns"],
  },
];

const versitygwModules: readonly GoModule[] = [
  {
    folder: "versitygw",
    probe: `github.com/versity/versitygw@v${versitygwVersion}`,
    programs: ["github.com/versity/versitygw/cmd/versitygw"],
    variables: { "main.Version": `v${versitygwVersion}` },
  },
];

const minioModules: readonly GoModule[] = [
  {
    folder: "minio",
    probe: `github.com/minio/minio@v${minioVersion}`,
    programs: ["github.com/minio/minio"],
  },
];

/** Every package that tools come from, with its sources in the order in which they are tried. */
export const packages = {
  pulumi: cached(pulumiVersion, pinsOf(pulumiModules), [
    pulumiInstaller(pulumiVersion),
    goModules(`Go modules v${pulumiVersion}`, pulumiModules),
  ]),
  kubernetes: cached(kubernetesVersion, pinsOf(kubernetesModules), [
    release({
      title: `official release v${kubernetesVersion}`,
      files: kubernetesPrograms.map(
        (program) => `https://dl.k8s.io/release/v${kubernetesVersion}/bin/linux/${releaseArch}/${program}`,
      ),
    }),
    goModules(`Go modules v${kubernetesVersion}`, kubernetesModules),
  ]),
  coredns: cached(coreDnsVersion, pinsOf(coreDnsModules), [
    release({
      title: `official release v${coreDnsVersion}`,
      files: [
        `https://github.com/coredns/coredns/releases/download/v${coreDnsVersion}/coredns_${coreDnsVersion}_linux_${releaseArch}.tgz`,
      ],
      archive: "programs",
    }),
    goModules(`Go modules v${coreDnsVersion}`, coreDnsModules),
  ]),
  versitygw: cached(versitygwVersion, pinsOf(versitygwModules), [
    goModules(`Go modules v${versitygwVersion}`, versitygwModules),
  ]),
  minio: cached(minioVersion, pinsOf(minioModules), [goModules(`Go modules v${minioVersion}`, minioModules)]),
  ministack: cached(
    ministackVersion,
    ["ministack/requirements.txt"],
    [pythonVenv(`virtual environment from PyPI v${ministackVersion}`, "ministack")],
  ),
  "encryption-sdk": cached(
    encryptionSdkVersion,
    ["encryption-sdk/requirements.txt"],
    [pythonVenv(`virtual environment from PyPI v${encryptionSdkVersion}`, "encryption-sdk")],
  ),
  "newer-postgres": cached(
    newerPostgresVersion,
    ["newer-postgres/requirements.txt"],
    [pythonVenv(`virtual environment from PyPI v${newerPostgresVersion}`, "newer-postgres")],
  ),
  age: debian(["age"]),
  jq: debian(["jq"]),
  "aws-cli": debian(["awscli"]),
  pgbackrest: debian(["pgbackrest"]),
  go: cached(
    goVersion,
    [],
    [
      release({
        title: `official release ${goVersion}`,
        files: [`https://dl.google.com/go/go${goVersion}.linux-${releaseArch}.tar.gz`],
        archive: "tree",
      }),
    ],
  ),
  python: debian(["python3-venv"]),
  etcd: debian(["etcd-server"], ["etcd"]),
  containerd: debian(["containerd"], ["containerd"]),
  runc: debian(["runc"]),
  "cni-plugins": debian(["containernetworking-plugins"]),
  nftables: debian(["nftables"], ["nftables"]),
  iproute2: debian(["iproute2"]),
  conntrack: debian(["conntrack"]),
  "util-linux": debian(["util-linux", "mount"]),
  openssl: debian(["openssl"]),
  buildah: debian(["buildah"]),
  mmdebstrap: debian(["mmdebstrap"]),
  "postgresql-client": debian(["postgresql-client"]),
  postgresql: debian(["postgresql", "postgresql-contrib"], ["postgresql"]),
  zstd: debian(["zstd"]),
} satisfies Record<string, CachedPackage | DebianPackage>;

/** Name of a package. */
export type PackageName = keyof typeof packages;

function cached(version: string, pins: readonly string[], sources: readonly Source[]): CachedPackage {
  const contents = pins.map((file) => readFileSync(join(import.meta.dirname, file), "utf8"));
  return { kind: "cached", version, recipe: JSON.stringify([version, ...contents]), sources };
}

function pinsOf(modules: readonly GoModule[]): string[] {
  return modules.flatMap(({ folder }) => [`${folder}/go.mod`, `${folder}/go.sum`]);
}
