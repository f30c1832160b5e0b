import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { WorldPaths } from "./paths.js";
import { record } from "./record.js";
import { run } from "./run.js";

/**
 * Makes a place's own mount namespace and keeps it by a handle.
 *
 * What its programs mount (volumes, containers' roots, Pods' network namespaces under `/run/netns`) is seen
 * there only and goes when the handle is let go and the last process has ended, so nothing of it can be left
 * on the machine. `/run` is empty as after a boot, `/var/lib` takes writes that are forgotten, except the
 * world's own folder; `/var/log` is the place's own; `/etc/resolv.conf` names the given resolver.
 */
export async function makeMounts(
  paths: WorldPaths,
  recordFile: string,
  place: { readonly namespace: string; readonly resolver: string },
): Promise<void> {
  const handle = paths.mounts(place.namespace);
  const own = paths.place(place.namespace);
  await record(recordFile, { kind: "mount", path: handle });
  await mkdir(join(own, "log"), { recursive: true });
  await writeFile(join(own, "resolv.conf"), `nameserver ${place.resolver}\noptions timeout:2 attempts:2\n`);
  await writeFile(handle, "");
  await run(["unshare", `--mount=${handle}`, "--propagation", "private", "true"]);
  const inside = (...argv: [string, ...string[]]) => run(["nsenter", `--mount=${handle}`, "--", ...argv]);

  // A copied mount keeps alive what others have unmounted: other Pods' volumes, containers' roots, network
  // namespaces. None of them is wanted here, and those below /run and /var/lib are about to be covered.
  for (const { path, type } of (await mountTable(handle)).toReversed()) {
    if (foreign.test(path) || (transient.has(type) && path !== "/")) await inside("umount", "--lazy", path);
  }
  await inside("mount", "-t", "tmpfs", "-o", "mode=755", "secondsite", "/run");
  await inside("mkdir", "-p", "/run/data", "/run/upper", "/run/work", "/run/netns", "/run/lock");
  await inside("mount", "--bind", paths.data, "/run/data");
  const layers = "lowerdir=/var/lib,upperdir=/run/upper,workdir=/run/work";
  await inside("mount", "-t", "overlay", "-o", layers, "overlay", "/var/lib");
  await inside("mount", "--move", "/run/data", paths.data);
  await inside("mount", "--bind", join(own, "log"), "/var/log");
  const resolv = await realpath("/etc/resolv.conf").catch(() => "/etc/resolv.conf");
  // On many machines it is a link into /run, which is empty by now.
  await inside("mkdir", "-p", dirname(resolv));
  await inside("touch", resolv);
  await inside("mount", "--bind", join(own, "resolv.conf"), resolv);
  // Last, so that no two mounts above are peers: kubelet and containerd see each other's mounts, nobody else does.
  await inside("mount", "--make-rshared", "/");
}

/** Lets a place's mount namespace go; one that is gone is fine. */
export async function removeMounts(paths: WorldPaths, namespace: string): Promise<void> {
  const handle = paths.mounts(namespace);
  const mounts = await mountsBelow(handle);
  for (const path of mounts) await run(["umount", path]);
}

/** Mount points at or below a path, innermost first. */
export async function mountsBelow(path: string): Promise<readonly string[]> {
  const all = (await mountTable()).map((mount) => mount.path);
  return all.filter((mount) => mount === path || mount.startsWith(`${path}/`)).toReversed();
}

/** Below these, mounts of the machine are of no use to a place. */
const foreign = /^\/(run|var\/lib|var\/run)\//;
/** Kinds of filesystems that belong to a running program of somebody else. */
const transient: ReadonlySet<string> = new Set(["nsfs", "overlay", "fuse", "fuse.fuse-overlayfs"]);

/** Mounts in the order in which they were made, as this process or the holder of a handle sees them. */
async function mountTable(
  handle?: string,
): Promise<readonly { readonly path: string; readonly type: string }[]> {
  const file = "/proc/self/mountinfo";
  const text = handle
    ? await run(["nsenter", `--mount=${handle}`, "--", "cat", file])
    : await readFile(file, "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => {
      // Optional fields end with a dash; the filesystem's type follows.
      const [before = "", after = ""] = line.split(" - ");
      return { path: decoded(before.split(" ")[4] ?? ""), type: after.split(" ")[0] ?? "" };
    });
}

/** The kernel writes blanks, tabs, newlines and backslashes in paths as three octal digits. */
function decoded(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
