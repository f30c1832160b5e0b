import { resolve } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";

/** Folder of Pulumi.yaml. */
const project = resolve(import.meta.dirname, "../..");

/** Opens a stack of this project, or makes it; backend and secrets as the environment says. */
export async function createStack(name: string): Promise<Stack> {
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
  return LocalWorkspace.createOrSelectStack({ stackName: name, workDir: project });
}
