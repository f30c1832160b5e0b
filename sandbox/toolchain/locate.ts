import { access, constants } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";

import { execa } from "execa";

import { packageDir } from "./cache.js";
import { type Tool, type ToolName, toolOf } from "./catalogue.js";
import type { CachedPackage, DebianPackage } from "./model.js";
import { packages } from "./packages.js";
import { accepts, findVersion } from "./version.js";

/** A program on this machine. */
export interface Found {
  /** What callers get: the program, or its folder where the tool is one. */
  readonly path: string;
  /** As it says itself; undefined when it could not be asked. */
  readonly version: string | undefined;
  readonly from: "PATH" | "cache";
  /** Why it will not do; undefined when it does. */
  readonly refused?: string;
}

/** Looks for a tool: every place on PATH first, then the cache. The first that does; else the first at all. */
export async function locate(name: ToolName): Promise<Found | undefined> {
  const tool = toolOf(name);
  let second: Found | undefined;
  for (const folder of tool.folders ?? searchPath()) {
    const found = await inspect(name, folder, "PATH");
    if (found && !found.refused) return found;
    second ??= found;
  }
  const pkg: CachedPackage | DebianPackage = packages[tool.package];
  if (pkg.kind === "cached") {
    const found = await inspect(name, join(packageDir(tool.package, pkg), "bin"), "cache");
    if (found && !found.refused) return found;
    second ??= found;
  }
  return second;
}

/** Looks at a tool in one folder; undefined when it is not there. */
export async function inspect(
  name: ToolName,
  folder: string,
  from: Found["from"],
): Promise<Found | undefined> {
  const tool = toolOf(name);
  const program = join(folder, tool.program ?? name);
  if (!(await isExecutable(program))) return undefined;
  const path = tool.folder ? dirname(program) : program;
  for (const other of tool.beside ?? []) {
    if (!(await isExecutable(join(folder, other)))) {
      return { path, version: undefined, from, refused: `${other} is not beside it` };
    }
  }
  const { version, problem } = await readVersion(tool, join(folder, tool.versionOf ?? tool.program ?? name));
  if (version === undefined) return { path, version, from, refused: problem };
  if (!accepts(tool.wanted, version)) {
    return { path, version, from, refused: `version ${version} is not ${tool.wanted}` };
  }
  return { path, version, from };
}

async function readVersion(tool: Tool, program: string): Promise<{ version?: string; problem: string }> {
  const args = tool.versionArgs ?? ["--version"];
  const { all, failed, shortMessage } = await execa(program, args, {
    all: true,
    reject: false,
    timeout: 20_000,
    stdin: "ignore",
    env: { PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (failed) return { problem: shortMessage ?? "it does not run" };
  const version = tool.versionPattern ? tool.versionPattern.exec(all)?.[1] : findVersion(all);
  return { ...(version && { version }), problem: `${args.join(" ")} prints no version` };
}

/** PATH, and where system programs are that other users' PATH leaves out. */
function searchPath(): string[] {
  const own = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
  return [...new Set([...own, "/usr/local/sbin", "/usr/sbin", "/sbin"])];
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
