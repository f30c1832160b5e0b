import { join } from "node:path";

import type { Run } from "../engine.js";
import { EngineError } from "../errors.js";
import { pathFolders, programIn } from "../path-programs.js";
import { outputOf } from "../processes.js";
import { isOlder } from "./version.js";

/** Pulumi's own program, at work on a backend that is a folder. */
export interface PulumiProgram {
  /** A stack's deployment as Pulumi exports it. @throws EngineError (3) with what it says */
  exported(stack: string): Promise<unknown>;
  /** Every stack that it sees. */
  stacks(): Promise<string[]>;
}

/**
 * Finds Pulumi's program, which knows nothing of whoever runs it: no login, no project, no plugins.
 *
 * @param folder private; the backend is `state` in it
 * @param writtenBy version that wrote what is to be read: an older one leaves out what it does not know
 * @throws EngineError (3) when it is not installed, or older
 */
export async function pulumiAt(folder: string, writtenBy: string, { signal }: Run): Promise<PulumiProgram> {
  const path = await programIn(pathFolders(), "pulumi", "https://www.pulumi.com/docs/install/");
  const env = {
    ...{
      HOME: folder,
      PULUMI_HOME: join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    },
    ...{ PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" },
  };
  const pulumi = (...args: string[]) =>
    outputOf([{ path, args: [...args, "--non-interactive", "--cwd", folder], env }], { signal });
  const version = (await pulumi("version")).trim();
  if (isOlder(version, writtenBy))
    throw new EngineError(
      `pulumi ${version} is older than ${writtenBy}, which wrote the state`,
      3,
      `install pulumi ${writtenBy} or newer`,
    );
  return {
    exported: async (stack) => JSON.parse(await pulumi("stack", "export", "--stack", stack)) as unknown,
    stacks: async () => {
      const all = JSON.parse(await pulumi("stack", "ls", "--all", "--json")) as { readonly name: string }[];
      return all.map(({ name }) => name);
    },
  };
}
