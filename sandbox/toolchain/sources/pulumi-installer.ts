import { fileURLToPath } from "node:url";

import { execa } from "execa";

import { fetchText } from "../download.js";
import type { Source } from "../model.js";

const program = fileURLToPath(new URL("./pulumi-install.ts", import.meta.url));
const installer = "https://get.pulumi.com/install.sh";

/** Longest time that the installer is given, in milliseconds; it cannot be asked how far it is. */
const limit = 180_000;

/**
 * Pulumi's official installer, through the Automation API. It pins the version and downloads over TLS;
 * it compares no digest, which is said in `check`.
 */
export function pulumiInstaller(version: string): Source {
  return {
    name: `official installer v${version}`,
    check: "TLS only; the installer compares no digest",
    async fetch({ root, say }) {
      // The Automation API's own download waits for as long as the network lets it.
      await fetchText(installer);
      say("running the installer");
      // In a group of its own: its shell and downloads outlive it, and are ended with the group.
      const child = execa(
        process.execPath,
        ["--import", import.meta.resolve("tsx"), program, root, version],
        { detached: true, reject: false },
      );
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      }, limit);
      try {
        const { exitCode, stderr } = await child;
        if (exitCode === undefined) throw new Error(`Pulumi's installer: not done within ${limit / 1000} s`);
        if (exitCode !== 0) throw new Error(`Pulumi's installer: ${stderr.trim().split("\n").at(-1)}`);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
