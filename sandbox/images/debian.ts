import { execa } from "execa";

import { WorldError } from "../errors.js";
import type { Say } from "../progress.js";

const suite = "bookworm";

/** Packages beside the essential ones: the trust store, what node links to, and what a Pod's pause is. */
const packages = ["ca-certificates", "catatonit", "libstdc++6"];

/** Nobody reads a manual in a container. */
const excluded = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/info/*", "/usr/share/locale/*"];

/** Changes whenever the recipe does; part of the cache's keys. */
export const debianRecipe = JSON.stringify({ suite, packages, excluded });

/**
 * Writes the root of a minimal Debian as a tar, from the mirrors and through the proxy that this machine's apt
 * is configured for; from Debian's own mirror where apt knows none for this release.
 *
 * @param tar path of the file to write.
 * @throws WorldError when no mirror answers or mmdebstrap fails, with its last lines.
 */
export async function debianRoot(mmdebstrap: string, tar: string, say: Say): Promise<void> {
  const [mirrors, proxies] = await Promise.all([aptMirrors(), aptProxies()]);
  say(`Debian ${suite} from ${mirrors[0]?.split(" ")[1] ?? "Debian's own mirror"}`);
  const { failed, stderr } = await execa(
    mmdebstrap,
    [
      "--variant=minbase",
      `--include=${packages.join(",")}`,
      ...excluded.map((path) => `--dpkgopt=path-exclude=${path}`),
      ...proxies.map((proxy) => `--aptopt=${proxy}`),
      suite,
      tar,
      ...mirrors,
    ],
    { reject: false, timeout: 600_000, stdin: "ignore" },
  );
  if (failed) {
    throw new WorldError(
      `images: mmdebstrap could not install Debian ${suite}:\n${lastLines(stderr, 6)}`,
      "apt-get update, to see whether this machine reaches its package mirror",
    );
  }
}

/** Mirrors of this release that the machine's apt uses, as lines of sources.list; none if it is another's. */
async function aptMirrors(): Promise<string[]> {
  const { stdout = "", failed } = await execa(
    "apt-get",
    [
      "indextargets",
      "--format",
      "deb $(REPO_URI) $(RELEASE) $(COMPONENT)",
      "Identifier: Packages",
      "Origin: Debian",
    ],
    { reject: false },
  );
  const lines = failed ? [] : stdout.split("\n");
  const mirrors = lines.filter((line) =>
    new RegExp(`^deb \\S+ ${suite}(-updates|-security)? main$`).test(line),
  );
  return mirrors.some((line) => line.includes(` ${suite} `)) ? [...new Set(mirrors)] : [];
}

/** The proxies that the machine's apt uses, as lines of apt.conf. */
async function aptProxies(): Promise<string[]> {
  const { stdout = "", failed } = await execa("apt-config", ["dump", "--format", '%F "%v";%n', "Acquire"], {
    reject: false,
  });
  return failed ? [] : stdout.split("\n").filter((line) => /^Acquire::\S*::Proxy\S* ".+";$/i.test(line));
}

/** The end of what a program said. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
