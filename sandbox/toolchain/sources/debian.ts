import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";

import { execa } from "execa";
import pLimit from "p-limit";

import { WorldError } from "../../errors.js";
import type { Progress } from "../../progress.js";
import type { DebianPackage } from "../model.js";

/** Programs from the operating system's packages. */
export function debian(debs: readonly string[], services: readonly string[] = []): DebianPackage {
  return { kind: "debian", debs, services };
}

/** The command that installs packages, as a person would type it. */
export function aptCommand(debs: readonly string[], root = process.getuid?.() === 0): string {
  return `${root ? "" : "sudo "}apt-get install --no-install-recommends ${debs.join(" ")}`;
}

/** Whether packages may be installed by us: only as root, only on Debian and what is made from it. */
export async function aptAllowed(): Promise<boolean> {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  return /^ID(_LIKE)?=.*\bdebian\b/m.test(release);
}

/** dpkg takes one at a time. */
const apt = pLimit(1);

/**
 * Installs packages with apt; the step's title names them before anything is done. Services that they bring are
 * neither started nor enabled: worlds run their own.
 *
 * @throws WorldError with the command to run, when this user or system may not, or when apt fails.
 */
export async function installDebian(packages: readonly DebianPackage[], progress: Progress): Promise<void> {
  const debs = [...new Set(packages.flatMap((pkg) => pkg.debs))];
  if (!(await aptAllowed())) {
    throw new WorldError(
      `missing from the operating system: ${debs.join(", ")}; installing them takes root on Debian`,
      aptCommand(debs),
    );
  }
  await apt(() =>
    progress.step(`Install Debian packages with apt-get: ${debs.join(" ")}`, async (say) => {
      const services = packages.flatMap((pkg) => pkg.services).filter((service) => !knowsService(service));
      if (services.length > 0) say(`services that come with them stay off: ${services.join(", ")}`);
      try {
        await withServicesOff(services, async () => {
          say("reading package lists");
          await aptGet(["update"]);
          say("downloading and unpacking");
          await aptGet(["install", "--yes", "--no-install-recommends", ...debs]);
        });
      } catch (error) {
        const stderr = String((error as { stderr?: unknown }).stderr ?? error);
        const reason = stderr.split("\n").filter((line) => line.startsWith("E:"));
        throw new WorldError(`apt-get: ${reason.join(" ") || stderr.trim()}`, aptCommand(debs), {
          cause: error,
        });
      }
    }),
  );
}

async function aptGet(args: readonly string[]): Promise<void> {
  const bounded = ["Acquire::http::Timeout=10", "Acquire::https::Timeout=10", "Acquire::Retries=1"];
  const options = [...bounded, "DPkg::Lock::Timeout=300"].flatMap((option) => ["-o", option]);
  await execa("/usr/bin/apt-get", ["--quiet", ...options, ...args], {
    env: { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" },
    timeout: 900_000,
  });
}

/** Whether a service was there before, and so is somebody else's to run. */
function knowsService(service: string): boolean {
  return ["/etc/systemd/system", "/lib/systemd/system", "/usr/lib/systemd/system"].some((dir) =>
    existsSync(`${dir}/${service}.service`),
  );
}

/**
 * Runs `work` while the services cannot start, and leaves them disabled. The masks are runtime ones, so that even
 * after a crash nothing of them is left once the machine has started anew.
 */
async function withServicesOff(services: readonly string[], work: () => Promise<void>): Promise<void> {
  const units = services.map((service) => `${service}.service`);
  if (units.length === 0) return await work();
  if (!existsSync("/run/systemd/system")) {
    await work();
    for (const service of services.filter((name) => existsSync(`/etc/init.d/${name}`))) {
      await execa("/usr/sbin/update-rc.d", [service, "disable"], { reject: false });
      await execa(`/etc/init.d/${service}`, ["stop"], { reject: false, timeout: 30_000 });
    }
    return;
  }
  await execa("systemctl", ["mask", "--runtime", ...units]);
  try {
    await work();
  } finally {
    await execa("systemctl", ["unmask", "--runtime", ...units]);
    // One that the packages did not bring after all is no fault.
    await execa("systemctl", ["disable", ...units], { reject: false });
  }
}
