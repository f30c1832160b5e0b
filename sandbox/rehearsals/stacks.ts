import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { stringify } from "yaml";
import { z } from "zod";

import { WorldError } from "../errors.js";
import type { Say } from "../progress.js";
import type { Stage } from "./model.js";
import { asOperator } from "./operator-command.js";

/** A stack that a rehearsal deploys. */
export interface StackSpec {
  readonly name: string;
  /** Values under `secondsite:`. */
  readonly config: Readonly<Record<string, string>>;
}

/** Creates a stack with its configuration. */
export async function createStack(stage: Stage, { name, config }: StackSpec): Promise<void> {
  await pulumi(stage, ["stack", "init", name]);
  // `pulumi config set` takes a second a value; the file is the same either way.
  const file = join(stage.workspace.project, `Pulumi.${name}.yaml`);
  const salt = await readFile(file, "utf8");
  const values = Object.entries(config).map(([key, value]) => [`secondsite:${key}`, value]);
  await writeFile(file, `${salt.trimEnd()}\n${stringify({ config: Object.fromEntries(values) })}`);
}

/** Deploys a stack; tells how many resources are done. @throws WorldError with what the engine said */
export async function deploy(stage: Stage, stack: string, say: Say): Promise<void> {
  const events = join(stage.workspace.folder, `events-${stack}.jsonl`);
  let done = 0;
  await pulumi(stage, ["up", "--stack", stack, "--yes", "--skip-preview", "--event-log", events], (line) => {
    const [, name] = /^ [+~-] {2}(\S+ \S+) (?:created|updated|deleted)/.exec(line) ?? [];
    if (!name) return;
    done += 1;
    if (done % 20 === 0) say(`${done} resources`);
  });
  say(`${done} resources`);
}

/** Outputs of a stack. */
export async function outputsOf<T>(stage: Stage, stack: string, schema: z.ZodType<T>): Promise<T> {
  const { stdout } = await pulumi(stage, ["stack", "output", "--stack", stack, "--json"]);
  return schema.parse(JSON.parse(stdout));
}

/** Where a site's doors are; output of its stack. */
export const siteOutputs = z.object({ endpoint: z.object({ service: z.string(), health: z.string() }) });

async function pulumi(stage: Stage, args: readonly string[], onLine?: (line: string) => void) {
  const ended = await asOperator(stage, [stage.world.tools.pulumi, ...args, "--non-interactive"], onLine);
  if (ended.exitCode === 0) return ended;
  const said = `${ended.stdout}\n${ended.stderr}`.trim().split("\n").slice(-25).join("\n");
  throw new WorldError(`pulumi ${args.join(" ")} failed (exit ${ended.exitCode}):\n${said}`);
}
