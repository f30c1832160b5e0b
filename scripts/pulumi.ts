import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";

/** Folder of Pulumi.yaml, and of the stacks' configuration; elsewhere where `SECONDSITE_PROJECT` says so. */
const project = process.env.SECONDSITE_PROJECT ?? resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** One thing that happened to a resource during an update. */
export interface ResourceChange {
  /** For example `kubernetes:apps/v1:StatefulSet`. */
  readonly type: string;
  readonly name: string;
  readonly operation: string;
  readonly state: "started" | "done" | "failed";
}

/** What an update needs to know. */
export interface UpdateOptions {
  /** Configuration below `secondsite:` to set before. */
  readonly config?: Readonly<Record<string, string>>;
  readonly onChange?: (change: ResourceChange) => void;
  readonly signal?: AbortSignal;
}

/**
 * Opens a stack of this project that exists already; backend and secrets as the environment says.
 *
 * @throws the Automation API's StackNotFoundError when it was never deployed
 */
export async function openStack(name: string): Promise<Stack> {
  const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
  return LocalWorkspace.selectStack({ stackName: name, workDir: project });
}

/** Runs `pulumi up` on a stack. @throws the Automation API's CommandError with the engine's diagnostics */
export async function update(stack: Stack, { config = {}, onChange, signal }: UpdateOptions): Promise<void> {
  for (const [key, value] of Object.entries(config)) await stack.setConfig(`secondsite:${key}`, { value });
  await stack.up({
    suppressProgress: true,
    ...(signal ? { signal } : {}),
    onEvent: (event) => {
      const change = changeOf(event);
      if (change) onChange?.(change);
    },
  });
}

function changeOf(event: EngineEvent): ResourceChange | undefined {
  const [state, metadata] = event.resourcePreEvent
    ? (["started", event.resourcePreEvent.metadata] as const)
    : event.resOutputsEvent
      ? (["done", event.resOutputsEvent.metadata] as const)
      : event.resOpFailedEvent
        ? (["failed", event.resOpFailedEvent.metadata] as const)
        : ([undefined, undefined] as const);
  if (!state || metadata.op === "same") return undefined;
  return {
    type: metadata.type,
    name: metadata.urn.split("::").at(-1) ?? metadata.urn,
    operation: metadata.op,
    state,
  };
}
