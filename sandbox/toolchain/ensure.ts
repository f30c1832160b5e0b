import { join } from "node:path";

import { WorldError } from "../errors.js";
import type { Progress } from "../progress.js";
import { type ToolName, type Tools, toolNames, toolOf } from "./catalogue.js";
import { installCached } from "./install-cached.js";
import { type Found, inspect, locate } from "./locate.js";
import type { CachedPackage, DebianPackage } from "./model.js";
import { type PackageName, packages } from "./packages.js";
import { installDebian } from "./sources/debian.js";

/**
 * Makes sure that programs are there: found on PATH or in the cache, else installed from the first source that works.
 *
 * What can be installed is, even when something else cannot. Calls may run side by side, in this process and in
 * others: each asks for what its own work needs, so that work which needs little starts early.
 *
 * @returns absolute paths, for the tools asked for.
 * @throws WorldError that names each tool which could not be had, why, and the command that helps.
 */
export async function ensureTools<const Name extends ToolName>(
  needs: readonly Name[],
  progress: Progress,
): Promise<Pick<Tools, Name>> {
  const before = await locateAll(needs);
  const missing = needs.filter((name) => !usable(before.get(name)));
  if (missing.length === 0) return pathsOf(needs, before);
  const wanted = [...new Set(missing.map((name) => toolOf(name).package))];
  const results = await Promise.allSettled(install(wanted, progress));
  const failures = results
    .filter((result) => result.status === "rejected")
    .map(({ reason }) => reason as Error);
  if (failures.length > 0) throw combined(failures);
  const after = new Map([...before, ...(await locateAll(missing))]);
  const still = missing.filter((name) => !usable(after.get(name)));
  if (still.length > 0) {
    const reasons = still.map((name) => `${name}: ${after.get(name)?.refused ?? "not found"}`);
    throw new WorldError(`installed, but of no use: ${reasons.join("; ")}`, "secondsite doctor");
  }
  return pathsOf(needs, after);
}

/** Debian's packages go through one call of apt; the others are installed side by side. */
function install(names: readonly PackageName[], progress: Progress): Promise<void>[] {
  const system: DebianPackage[] = [];
  const own: Promise<void>[] = [];
  for (const name of names) {
    const pkg: CachedPackage | DebianPackage = packages[name];
    if (pkg.kind === "debian") system.push(pkg);
    else {
      const need = async (tool: "go" | "python3") => (await ensureTools([tool], progress))[tool];
      own.push(installCached({ name, pkg, faults: (root) => faultsOf(name, root), need }, progress));
    }
  }
  return system.length > 0 ? [installDebian(system, progress), ...own] : own;
}

/** What is wrong with a package's programs in a folder; empty when all of them do. */
async function faultsOf(name: PackageName, root: string): Promise<string[]> {
  const provided = toolNames.filter((tool) => toolOf(tool).package === name);
  const inspected = await Promise.all(
    provided.map(async (tool) => {
      const found = await inspect(tool, join(root, "bin"), "cache");
      return usable(found) ? [] : [`${tool}: ${found?.refused ?? "missing"}`];
    }),
  );
  return inspected.flat();
}

async function locateAll<Name extends ToolName>(names: readonly Name[]) {
  return new Map(await Promise.all(names.map(async (name) => [name, await locate(name)] as const)));
}

function usable(found: Found | undefined): boolean {
  return found !== undefined && found.refused === undefined;
}

function pathsOf<Name extends ToolName>(names: readonly Name[], found: Map<Name, Found | undefined>) {
  return Object.fromEntries(names.map((name) => [name, found.get(name)?.path])) as Pick<Tools, Name>;
}

function combined(failures: readonly Error[]): WorldError {
  const hints = failures.flatMap((failure) => (failure instanceof WorldError ? (failure.hint ?? []) : []));
  return new WorldError(
    failures.map(({ message }) => message).join("\n"),
    [...new Set(hints)].join("; ") || undefined,
    { cause: new AggregateError(failures) },
  );
}
