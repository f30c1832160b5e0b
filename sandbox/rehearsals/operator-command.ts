import { join } from "node:path";

import { operator, type World } from "../world/index.js";
import { projectRoot, type Workspace } from "./workspace.js";

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
