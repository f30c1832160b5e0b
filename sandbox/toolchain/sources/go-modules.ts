import { chmod, copyFile, mkdir } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";

import { execa } from "execa";
import pLimit from "p-limit";

import type { Say } from "../../progress.js";
import type { Job, Source } from "../model.js";
import { run } from "./run.js";

/** Programs built from one module; its `go.mod` and `go.sum` stand in this folder's parent. */
export interface GoModule {
  /** Folder with the `go.mod`. */
  readonly folder: string;
  /** Module that the programs come from, with its version: asked for first, to learn whether it can be had. */
  readonly probe: string;
  /** Packages of the programs. */
  readonly programs: readonly string[];
  /** Variables set at link time, by their full name. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Files copied beside the programs as they are, by module and path in it. */
  readonly scripts?: { readonly module: string; readonly paths: readonly string[] };
}

/** One build keeps every core busy; a second one beside it would only take memory. */
const builds = pLimit(1);

/** Builds programs from Go modules, pinned and checksummed by the `go.mod` and `go.sum` kept here. */
export function goModules(title: string, modules: readonly GoModule[]): Source {
  return {
    name: title,
    check: "every module by go.sum",
    async fetch(job) {
      const go = await job.need("go");
      await Promise.all(modules.map((module) => build(go, module, job)));
    },
  };
}

async function build(go: string, module: GoModule, { bin, say }: Job): Promise<void> {
  const cwd = join(import.meta.dirname, "..", module.folder);
  const options = {
    cwd,
    env: {
      // What a user set for work of theirs does not change what is built here.
      GOFLAGS: "-mod=readonly -trimpath -buildvcs=false",
      GOWORK: "off",
      // Distributions set "local": the toolchain that go.mod names may be fetched all the same.
      GOTOOLCHAIN: process.env.GOTOOLCHAIN ?? "auto",
      // No C compiler needed, and names are resolved by Go itself, which follows the world's resolv.conf.
      CGO_ENABLED: "0",
      PATH: `${dirname(go)}${delimiter}${process.env.PATH ?? ""}`,
    },
  };
  // The first Go command may have to bring the toolchain that go.mod names.
  await run("Go itself", go, ["version"], { ...options, timeout: 180_000 });
  await run(`module ${module.probe}`, go, ["list", "-m", module.probe], { ...options, timeout: 10_000 });
  await run(
    `modules of ${module.folder}`,
    go,
    ["list", "-deps", "-f", "{{if 0}}{{end}}", ...module.programs],
    {
      ...options,
      timeout: 900_000,
      stderr: counted(say, `${module.folder}: modules downloaded`, /^go: downloading /),
    },
  );
  const variables = Object.entries(module.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const flags = ["-v", "-ldflags", ["-s", "-w", ...variables].join(" "), "-o", `${bin}/`];
  await builds(() =>
    run(`build of ${module.folder}`, go, ["build", ...flags, ...module.programs], {
      ...options,
      timeout: 3_600_000,
      stderr: counted(say, `${module.folder}: packages compiled`, /^[\w.-]+(\/|$)/),
    }),
  );
  if (!module.scripts) return;
  const { stdout: source } = await execa(
    go,
    ["list", "-m", "-f", "{{.Dir}}", module.scripts.module],
    options,
  );
  await mkdir(bin, { recursive: true });
  for (const path of module.scripts.paths) {
    const to = join(bin, basename(path));
    await copyFile(join(source, path), to);
    await chmod(to, 0o755);
  }
}

/** Passes lines on, and says how many matched, at most every ten seconds. */
function counted(say: Say, what: string, pattern: RegExp) {
  let count = 0;
  let said = Date.now();
  return async function* (line: unknown) {
    if (pattern.test(String(line))) count += 1;
    else yield line;
    if (Date.now() - said > 10_000) {
      said = Date.now();
      say(`${what}: ${count}`);
    }
  };
}
