import { execa } from "execa";

import { WorldError } from "../errors.js";
import type { World } from "../world/index.js";

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
