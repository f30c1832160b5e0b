import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { stringify } from "yaml";

import type { Plan } from "../../plan/index.js";
import type { World } from "../world/index.js";

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
