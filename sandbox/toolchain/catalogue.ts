import type { PackageName } from "./packages.js";

/** An external program: what it is needed for, which versions do, and how it is recognised. */
export interface Tool {
  /** What Secondsite needs it for, after "to". */
  readonly why: string;
  /** Versions that do, as a semver range. */
  readonly wanted: string;
  /** Where it comes from when it is missing. */
  readonly package: PackageName;
  /** File to look for. @default the tool's name */
  readonly program?: string;
  /** Files that have to stand in the same folder. @default none */
  readonly beside?: readonly string[];
  /** Program in the same folder that prints the version. @default the program itself */
  readonly versionOf?: string;
  /** Arguments that print the version. @default `--version` */
  readonly versionArgs?: readonly string[];
  /** Where the version stands in what is printed. @default the first number with a dot in it */
  readonly versionPattern?: RegExp;
  /** Folders to look in. @default PATH and the sbin folders; none for what only the cache holds */
  readonly folders?: readonly string[];
  /** What callers get is the folder, not the program. @default false */
  readonly folder?: boolean;
  /** Packages that are installed with it; it is not needed once they are there. @default needed always */
  readonly onlyFor?: readonly PackageName[];
}

const pulumiParts = [
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-analyzer-policy",
  "pulumi-resource-pulumi-nodejs",
];
const kubernetes = { package: "kubernetes", wanted: ">=1.36.0 <1.37.0" } as const;
const etcd = ">=3.4.0";
const containerd = ">=1.6.0";

/** Every external program, in the order in which `doctor` lists them. */
const catalogue = {
  pulumi: {
    why: "deploy the stacks; its folder also holds the policy and dynamic-provider launchers",
    wanted: ">=3.220.0 <4.0.0",
    package: "pulumi",
    beside: pulumiParts,
    versionArgs: ["version"],
  },
  "pulumi-language-nodejs": {
    why: "run the stacks' TypeScript for pulumi",
    wanted: ">=3.220.0 <4.0.0",
    package: "pulumi",
    // It prints no version; a language host belongs to the CLI that it was installed with.
    beside: pulumiParts,
    versionOf: "pulumi",
    versionArgs: ["version"],
  },
  "kube-apiserver": { ...kubernetes, why: "serve each region's Kubernetes API" },
  "kube-controller-manager": { ...kubernetes, why: "fire CronJobs and run the other controllers" },
  "kube-scheduler": { ...kubernetes, why: "place Pods" },
  kubelet: { ...kubernetes, why: "run each region's node" },
  "kube-proxy": { ...kubernetes, why: "give Services their addresses" },
  kubectl: {
    ...kubernetes,
    why: "look into a region's cluster by hand",
    versionArgs: ["version", "--client"],
  },
  coredns: {
    why: "resolve AWS's names, the clusters' names and public names in each region",
    wanted: ">=1.11.0 <2.0.0",
    package: "coredns",
    versionArgs: ["-version"],
  },
  etcd: { why: "keep each cluster's state", wanted: etcd, package: "etcd" },
  containerd: { why: "run the Pods' containers", wanted: containerd, package: "containerd" },
  ctr: { why: "bring images into containerd", wanted: containerd, package: "containerd" },
  runc: { why: "start containers for containerd", wanted: ">=1.1.0", package: "runc" },
  "cni-plugins": {
    why: "connect Pods to their region's network",
    wanted: ">=1.0.0",
    package: "cni-plugins",
    program: "bridge",
    beside: ["host-local", "loopback", "portmap"],
    // Debian's build does not know its own version; the newest protocol that it speaks is what counts.
    versionPattern: /supported:.*\b(\d+\.\d+\.\d+)\s*$/m,
    folders: ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"],
    folder: true,
  },
  nft: { why: "let kube-proxy program Services with nftables", wanted: ">=1.0.1", package: "nftables" },
  ip: {
    why: "make the regions' networks, and cut them",
    wanted: ">=5.10.0",
    package: "iproute2",
    versionArgs: ["-V"],
    versionPattern: /iproute2-(\d+\.\d+(?:\.\d+)*)/,
  },
  conntrack: {
    why: "list and drop connections that a region's kernel tracks",
    wanted: ">=1.4.0",
    package: "conntrack",
  },
  nsenter: { why: "start programs in a region's network", wanted: ">=2.36.0", package: "util-linux" },
  unshare: { why: "give programs mounts of their own", wanted: ">=2.36.0", package: "util-linux" },
  mount: { why: "give programs a resolv.conf of their own", wanted: ">=2.36.0", package: "util-linux" },
  openssl: {
    why: "look at certificates by hand",
    wanted: ">=3.0.0",
    package: "openssl",
    versionArgs: ["version"],
  },
  buildah: { why: "build the images from their Dockerfiles", wanted: ">=1.28.0", package: "buildah" },
  mmdebstrap: { why: "make the images' base", wanted: ">=1.0.0", package: "mmdebstrap" },
  psql: { why: "write and check rows as a customer", wanted: ">=15.0.0", package: "postgresql-client" },
  postgres: {
    why: "serve the databases that dumps are made of and restored into, in the tests of dumps",
    wanted: ">=15.0.0",
    package: "postgresql",
    folders: [18, 17, 16, 15].map((major) => `/usr/lib/postgresql/${major}/bin`),
  },
  zstd: { why: "compress dumps", wanted: ">=1.4.0", package: "zstd" },
  "ministack-python": {
    why: "run AWS's storage and control planes (ministack)",
    wanted: "1.5.33",
    package: "ministack",
    program: "python",
    versionArgs: ["-c", "import importlib.metadata as m; print(m.version('ministack'))"],
    folders: [],
  },
  versitygw: {
    why: "serve a folder as S3 with versions and locks, for the vault's tests",
    wanted: "1.8.0",
    package: "versitygw",
  },
  minio: {
    why: "serve S3 as MinIO does, for the vault's tests",
    // Built from its module it knows no version of its own; Go's is the first number that it prints.
    wanted: ">=0.0.0",
    package: "minio",
    versionPattern: /Runtime: go(\d+\.\d+(?:\.\d+)*)/,
  },
  "encryption-sdk-python": {
    why: "open sealed objects without Secondsite, as manifests say (AWS Encryption SDK for Python)",
    wanted: "3.3.1",
    package: "encryption-sdk",
    program: "python",
    versionArgs: ["-c", "import importlib.metadata as m; print(m.version('aws-encryption-sdk'))"],
    folders: [],
  },
  "newer-postgres-python": {
    why: "dump and restore with PostgreSQL 16, 17 and 18 too, in the tests of dumps",
    wanted: "18.6.3",
    package: "newer-postgres",
    program: "python",
    versionArgs: ["-c", "import importlib.metadata as m; print(m.version('embedded-postgres'))"],
    folders: [],
  },
  age: { why: "open wrapped keys with the offline recovery key", wanted: ">=1.1.0", package: "age" },
  jq: { why: "read wrapped keys as the commands of a recovery point do", wanted: ">=1.6.0", package: "jq" },
  aws: {
    why: "reach buckets and keys as the commands of a recovery point do (AWS CLI)",
    wanted: ">=2.0.0",
    package: "aws-cli",
  },
  pgbackrest: {
    why: "restore a backup by the commands of its recovery point, in their test",
    wanted: ">=2.45.0",
    package: "pgbackrest",
    versionArgs: ["version"],
  },
  python3: {
    why: "make the virtual environments of Python programs",
    wanted: ">=3.10.0",
    package: "python",
    // Debian keeps venv in a package of its own: without it this fails, and python3 counts as missing.
    versionArgs: ["-c", "import ensurepip, platform, venv; print(platform.python_version())"],
    onlyFor: ["ministack", "encryption-sdk", "newer-postgres"],
  },
  go: {
    why: "build what has no other source here (from 1.21 on it brings the toolchain that a build names)",
    wanted: ">=1.21.0",
    package: "go",
    versionArgs: ["version"],
    onlyFor: ["pulumi", "kubernetes", "coredns", "versitygw", "minio"],
  },
} as const satisfies Record<string, Tool>;

/** Name of an external program. */
export type ToolName = keyof typeof catalogue;

/** All names, in the catalogue's order. */
export const toolNames = Object.keys(catalogue) as ToolName[];

/** Absolute path of each program; `cni-plugins` is a folder. */
export type Tools = Readonly<Record<ToolName, string>>;

/** The catalogue's entry for a tool. */
export function toolOf(name: ToolName): Tool {
  return catalogue[name];
}
