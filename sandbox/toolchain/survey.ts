import { type ToolName, toolNames, toolOf } from "./catalogue.js";
import { type Found, locate } from "./locate.js";
import type { CachedPackage, DebianPackage } from "./model.js";
import { packages } from "./packages.js";
import { aptAllowed, aptCommand } from "./sources/debian.js";

/** One external program as `doctor` reports it. */
export interface ToolReport {
  readonly name: ToolName;
  /** What it is needed for. */
  readonly why: string;
  /** Versions that do, as a semver range. */
  readonly wanted: string;
  /**
   * `present`; `missing`, also when what is here will not do; `not needed` when only building or installing
   * would need it and nothing has to be.
   */
  readonly state: "present" | "missing" | "not needed";
  /** Packages that are installed with it; empty for what is needed always. */
  readonly onlyFor: readonly string[];
  /** What is on this machine, good or not. */
  readonly found: Found | null;
  /** Where it is, or how it will be had: every source in order. */
  readonly how: string;
  /** How far each source's bytes are checked, in the same order; Debian's packages are signed. */
  readonly checks: readonly string[];
}

/** Looks for every external program. Changes nothing. */
export async function surveyTools(): Promise<ToolReport[]> {
  const apt = await aptAllowed();
  const located = await Promise.all(toolNames.map(async (name) => [name, await locate(name)] as const));
  const absent = new Set(
    located.filter(([, found]) => !found || found.refused).map(([name]) => toolOf(name).package),
  );
  return located.map(([name, found]) => {
    const { why, wanted, onlyFor = [] } = toolOf(name);
    const missing = !found || found.refused;
    const idle = onlyFor.length > 0 && !onlyFor.some((pkg) => absent.has(pkg));
    const state = !missing ? "present" : idle ? "not needed" : "missing";
    const how = missing ? sourcesOf(name, apt) : found.path;
    return { name, why, wanted, state, onlyFor, found: found ?? null, how, checks: checksOf(name) };
  });
}

function sourcesOf(name: ToolName, apt: boolean): string {
  const pkg: CachedPackage | DebianPackage = packages[toolOf(name).package];
  if (pkg.kind === "cached") return pkg.sources.map((source) => source.name).join(", else ");
  return apt ? `apt-get install ${pkg.debs.join(" ")}` : `by you: ${aptCommand(pkg.debs)}`;
}

function checksOf(name: ToolName): string[] {
  const pkg: CachedPackage | DebianPackage = packages[toolOf(name).package];
  return pkg.kind === "cached" ? pkg.sources.map(({ check }) => check) : ["signed by the distribution"];
}
