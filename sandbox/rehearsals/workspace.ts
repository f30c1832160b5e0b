import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { execa } from "execa";
import { stringify } from "yaml";

import type { Plan } from "../../plan/index.js";
import { WorldError } from "../errors.js";
import { operator, type World } from "../world/index.js";

/** The folder that the project's own programs stand in. */
export const projectRoot = resolve(import.meta.dirname, "../..");

/** An operator's home: a plan, a Pulumi project, its state and its secrets' passphrase; gone with the world. */
export interface Workspace {
  /** Folder of all of it. */
  readonly folder: string;
  /** Folder of the Pulumi project, where stacks keep their configuration. */
  readonly project: string;
  /** The plan as JSON. */
  readonly planFile: string;
  /** What `pulumi` and `secondsite` need to work here. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Makes an operator's home in the folder of a world.
 *
 * @param program of the stacks; path from the project's root.
 */
export async function makeWorkspace(
  world: World,
  plan: Plan,
  program = "stacks/main.mjs",
): Promise<Workspace> {
  const folder = join(world.paths.data, "operator");
  const project = join(folder, "project");
  const planFile = join(folder, "plan.json");
  const passphrase = join(folder, "passphrase");
  await mkdir(project, { recursive: true });
  await mkdir(join(folder, "state"));
  await writeFile(passphrase, randomBytes(24).toString("base64url"), { mode: 0o600 });
  await writeFile(planFile, JSON.stringify(plan, undefined, 2));
  // A project of its own around the program of this one: two rehearsals never share a stack's configuration.
  await writeFile(
    join(project, "Pulumi.yaml"),
    stringify({
      name: "secondsite",
      description: "Rehearsal",
      main: join(projectRoot, program),
      runtime: { name: "nodejs", options: { typescript: false } },
    }),
  );
  return {
    folder,
    project,
    planFile,
    env: {
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
      PULUMI_HOME: join(folder, "pulumi"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      // Shows `--event-log`, which the Automation API uses too.
      PULUMI_DEBUG_COMMANDS: "true",
      SECONDSITE_PROJECT: project,
    },
  };
}

/** How a command of the operator ended. */
export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command as the operator, in the operator's project.
 *
 * @param onLine told every line as it comes, standard output and error alike.
 */
export async function asOperator(
  {
    world,
    workspace,
    signal,
  }: { readonly world: World; readonly workspace: Workspace; readonly signal: AbortSignal },
  argv: readonly [string, ...string[]],
  onLine: (line: string) => void = () => undefined,
): Promise<Ended> {
  const { process: child } = await operator(world.spec.name, argv, {
    cwd: workspace.project,
    env: workspace.env,
    stdin: "ignore",
    reject: false,
    cancelSignal: signal,
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("utf8")).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    });
  }
  const { exitCode, stdout, stderr } = await child;
  signal.throwIfAborted();
  return { exitCode: exitCode ?? 1, stdout: String(stdout ?? ""), stderr: String(stderr ?? "") };
}

/** The command line of this very project. */
export const secondsite = [process.execPath, join(projectRoot, "scripts/bin/secondsite.mjs")] as const;

/** Runs kubectl as an onlooker outside the world: nothing of it is in the world's record of connections. */
export async function kubectl(world: World, context: string, ...args: readonly string[]): Promise<string> {
  const all = [...kubectlArgv(world, context), ...args];
  const [file = "", ...rest] = all;
  const { failed, stdout, stderr } = await execa(file, rest, {
    stdin: "ignore",
    reject: false,
    timeout: 60_000,
  });
  if (failed) throw new WorldError(`kubectl ${args.join(" ")} in ${context} failed: ${stderr.trim()}`);
  return stdout;
}

/** Program and first arguments of kubectl for a cluster. */
export function kubectlArgv(world: World, context: string): readonly [string, ...string[]] {
  return [world.tools.kubectl, "--kubeconfig", world.paths.kubeconfig, "--context", context];
}
