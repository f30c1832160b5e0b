import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { EngineError } from "../engines/errors.js";
import { wordsOf } from "../vault/errors.js";

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
 * @throws EngineError (3) in one line when Pulumi is not installed, its backend is not reached, or the stack was never
 *   deployed
 */
export async function openStack(name: string): Promise<Stack> {
  const { LocalWorkspace, StackNotFoundError } = await import("@pulumi/pulumi/automation/index.js");
  try {
    return await LocalWorkspace.selectStack({ stackName: name, workDir: project });
  } catch (error) {
    if (error instanceof StackNotFoundError)
      throw new EngineError(
        `there is no stack "${name}" in Pulumi's backend`,
        3,
        `pulumi up --stack ${name}`,
        {
          cause: error,
        },
      );
    throw new EngineError(`Pulumi does not open stack "${name}": ${reasonOf(error)}`, 3, undefined, {
      cause: error,
    });
  }
}

/** The Automation API's errors repeat themselves over many lines; one of them says why. */
function reasonOf(error: unknown): string {
  const text = wordsOf(error);
  if (/ENOENT/.test(text))
    return "the program `pulumi` is not on PATH (secondsite doctor shows where one is)";
  const lines = text.split("\n").map((line) => line.trim());
  return (
    lines.find((line) => /^(?:stderr: )?error: /.test(line))?.replace(/^(?:stderr: )?error: /, "") ??
    lines[0] ??
    ""
  );
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
