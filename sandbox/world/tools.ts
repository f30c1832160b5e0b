import type { Progress } from "../progress.js";
import { ensureTools, type ToolName, type Tools } from "../toolchain/index.js";

/** Programs that a world is made with. */
const needed = [
  "containerd",
  "ctr",
  "runc",
  "cni-plugins",
  "conntrack",
  "coredns",
  "etcd",
  "ip",
  "kube-apiserver",
  "kube-controller-manager",
  "kube-proxy",
  "kube-scheduler",
  "kubectl",
  "kubelet",
  "ministack-python",
  "nft",
  "pulumi",
] as const satisfies readonly ToolName[];

/** Absolute paths of the programs that a world is made with. */
export type WorldTools = Pick<Tools, (typeof needed)[number]>;

/** Has the programs that a world is made with; installs what is missing. */
export async function ensureWorldTools(progress: Progress): Promise<WorldTools> {
  return ensureTools(needed, progress);
}
