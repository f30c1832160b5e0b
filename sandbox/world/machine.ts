import { mkdir, readdir, readFile, statfs } from "node:fs/promises";

import { WorldError } from "../errors.js";
import { dataRoot, runRoot } from "./paths.js";
import { run } from "./run.js";

/** Free space that a world needs for its images, volumes and state, bytes. */
const spaceNeeded = 2 * 1024 ** 3;

/** What the kubelet and containerd set limits with. */
const controllers = ["cpu", "memory", "pids"];

/**
 * Checks what a world needs of this machine before anything is made: Linux, root, namespaces, control groups, space.
 *
 * @throws WorldError saying what is missing and where it can be had
 */
export async function checkMachine(): Promise<void> {
  if (process.platform !== "linux")
    throw new WorldError(`the sandbox needs Linux, this is ${process.platform}`);
  if (process.getuid?.() !== 0)
    throw new WorldError(
      "the sandbox makes network namespaces and mounts, which needs root",
      "run it with sudo",
    );
  await checkNamespaces();
  await checkControlGroups();
  for (const root of [dataRoot, runRoot]) await mkdir(root, { recursive: true });
  const { bavail, bsize } = await statfs(dataRoot);
  if (bavail * bsize < spaceNeeded) {
    const free = Math.floor((bavail * bsize) / 1024 ** 2);
    throw new WorldError(
      `${dataRoot} has ${free} MiB free; the sandbox needs ${spaceNeeded / 1024 ** 2} MiB`,
    );
  }
}

const elsewhere = "run it on a machine or a virtual machine of your own, or in a privileged container";

/** Root without the capability, as in most containers, is told from the machine's answer alone. */
async function checkNamespaces(): Promise<void> {
  try {
    await run(["unshare", "--net", "--mount", "--propagation", "private", "true"]);
  } catch (cause) {
    throw new WorldError(
      `the sandbox needs network and mount namespaces, and this machine refuses them: ${said(cause)}`,
      elsewhere,
      { cause },
    );
  }
}

async function checkControlGroups(): Promise<void> {
  const root = "/sys/fs/cgroup";
  const found = await readdir(root).catch((): string[] => []);
  // One tree with a list of what it controls (v2), or a tree for each controller (v1).
  const usable = found.includes("cgroup.controllers")
    ? (await readFile(`${root}/cgroup.controllers`, "utf8")).trim().split(" ")
    : found;
  const missing = controllers.filter((each) => !usable.includes(each));
  if (missing.length > 0)
    throw new WorldError(
      `the sandbox needs the control groups ${controllers.join(", ")}, and ${root} lacks ${missing.join(", ")}`,
      elsewhere,
    );
}

const said = (cause: unknown) =>
  cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
