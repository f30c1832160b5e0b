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

  // Kubelet and containerd see each other's mounts; outside nobody does.
  await inside("mount", "--make-rshared", "/");
  // A copied handle would keep another place's namespace alive after it was removed.
  for (const path of await mountsBelow("/run", handle)) await inside("umount", "--lazy", path);
  await inside("mount", "-t", "tmpfs", "-o", "mode=755", "secondsite", "/run");
  await inside("mkdir", "-p", "/run/data", "/run/upper", "/run/work", "/run/netns", "/run/lock");
  await inside("mount", "--bind", paths.data, "/run/data");
  await inside(
    "mount",
    "-t",
    "overlay",
    "-o",
    "lowerdir=/var/lib,upperdir=/run/upper,workdir=/run/work",
    "overlay",
    "/var/lib",
  );
  await inside("mount", "--bind", "/run/data", paths.data);
  await inside("mount", "--bind", join(own, "log"), "/var/log");
  const resolv = await realpath("/etc/resolv.conf").catch(() => "/etc/resolv.conf");
  // On many machines it is a link into /run, which is empty by now.
  await inside("mkdir", "-p", dirname(resolv));
  await inside("touch", resolv);
  await inside("mount", "--bind", join(own, "resolv.conf"), resolv);
}

/** Lets a place's mount namespace go; one that is gone is fine. */
export async function removeMounts(paths: WorldPaths, namespace: string): Promise<void> {
  const handle = paths.mounts(namespace);
  const mounts = await mountsBelow(handle);
  for (const path of mounts) await run(["umount", path]);
}

/** Mount points at or below a path, innermost first, as this process or the holder of a handle sees them. */
export async function mountsBelow(path: string, handle?: string): Promise<readonly string[]> {
  const text = handle
    ? await run(["nsenter", `--mount=${handle}`, "--", "cat", "/proc/self/mountinfo"])
    : await readFile("/proc/self/mountinfo", "utf8");
  return text
    .split("\n")
    .map((line) => decoded(line.split(" ")[4] ?? ""))
    .filter((mount) => mount === path || mount.startsWith(`${path}/`))
    .toReversed();
}

/** The kernel writes blanks, tabs, newlines and backslashes in paths as three octal digits. */
function decoded(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
