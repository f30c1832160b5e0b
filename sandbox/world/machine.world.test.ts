import { join } from "node:path";

import { execa } from "execa";
import { expect, test } from "vitest";

import { projectRoot } from "../rehearsals/workspace.js";

const command = join(projectRoot, "scripts/bin/secondsite.mjs");
const up = [process.execPath, command, "sandbox", "up", "--name", "refused", "--net", "79"];
// May still read a checkout that lies in root's own folder.
const reads = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
const withoutRoot = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", ...reads];
const inOwnMounts = ["unshare", "--mount", "--propagation", "private", "sh", "-c"];

test.each([
  ["not root", [...withoutRoot, ...up], /needs root\n {2}try: run it with sudo$/],
  [
    "no right to make namespaces",
    ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin", ...up],
    /needs network and mount namespaces, and this machine refuses them: /,
  ],
  [
    "no control groups",
    [...inOwnMounts, 'umount --lazy /sys/fs/cgroup && exec "$@"', "sh", ...up],
    /needs the control groups cpu, memory, pids, and \/sys\/fs\/cgroup lacks cpu, memory, pids\n/,
  ],
  [
    "no space",
    [
      ...inOwnMounts,
      'mkdir -p /var/lib/secondsite && mount -t tmpfs -o size=50m none /var/lib/secondsite && exec "$@"',
      "sh",
      ...up,
    ],
    /^secondsite: \/var\/lib\/secondsite has 50 MiB free; the sandbox needs 2048 MiB$/,
  ],
])("%s: one message, exit code 3, nothing made", async (_, [program = "", ...args], message) => {
  const { exitCode, stderr, stdout } = await execa(program, args, {
    cwd: projectRoot,
    reject: false,
    // Without root's home: the command must not get as far as the toolchain.
    env: { HOME: "/nonexistent" },
  });

  expect(stderr).toMatch(message);
  expect(stderr).not.toContain("    at ");
  expect(stdout).toBe("");
  expect(exitCode).toBe(3);
});
