import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

import type { SiteImages } from "../components/region/site-region.js";
import type { Plan } from "../plan/index.js";
import { loadPlan } from "../plans/load.js";

/** The folder of Pulumi.yaml: paths in configuration are relative to it, wherever the program runs. */
const project = resolve(import.meta.dirname, "..");

/** What a stack's configuration says. Only stacks read configuration; components get arguments. */
export interface Settings {
  readonly plan: Plan;
  /** Which program the stack runs. */
  readonly role: string;
  /** Site a `standby` or `restore` stack is for. */
  readonly site?: string;
  /** How much of the site runs. @default the plan's mode for that site */
  readonly mode?: string;
  readonly images: SiteImages;
}

/**
 * Reads the stack's configuration: `plan` (path of a plan file, `.ts` or `.json`), `role`, `site`, `mode`,
 * `runnerImage`, `serviceImages` (JSON object by service).
 *
 * @throws RunError that names the key, what was given and what would be right
 */
export async function settings(roles: readonly string[]): Promise<Settings> {
  const config = new pulumi.Config("secondsite");
  const role = config.require("role");
  if (!roles.includes(role))
    throw new pulumi.RunError(`secondsite:role must be one of ${roles.join(", ")}, got "${role}"`);
  const site = config.get("site");
  const mode = config.get("mode");
  return {
    plan: await readPlan(config.require("plan")),
    role,
    ...(site === undefined ? {} : { site }),
    ...(mode === undefined ? {} : { mode }),
    images: {
      runner: config.get("runnerImage") ?? "secondsite/runner",
      services: config.getObject<Record<string, string>>("serviceImages") ?? {},
    },
  };
}

const restore = z.strictObject({
  dataset: z.string(),
  instance: z.string(),
  epoch: z.int().min(1),
  label: z.string().min(1),
  target: z.string().exactOptional(),
});

/** What a `restore` stack restores. @throws RunError that names the key and what is wrong */
export function restoreSettings(): z.output<typeof restore> {
  const parsed = restore.safeParse(new pulumi.Config("secondsite").requireObject("restore"));
  if (!parsed.success) throw new pulumi.RunError(`secondsite:restore: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

async function readPlan(path: string): Promise<Plan> {
  try {
    return await loadPlan(resolve(project, path));
  } catch (error) {
    throw new pulumi.RunError(`secondsite:plan: ${error instanceof Error ? error.message : error}`);
  }
}
