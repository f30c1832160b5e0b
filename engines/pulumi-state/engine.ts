import type { Engine } from "../engine.js";
import type { StateBackend } from "./backend.js";
import { capture } from "./capture.js";
import { parsePoint, type StatePoint } from "./point.js";
import { restore, type StateRestored } from "./restore.js";
import type { StateTarget } from "./target.js";
import { verify } from "./verify.js";

/** The state of Pulumi's stacks in a self-managed backend: all of them, byte for byte. */
export const stateEngine: Engine<StateBackend, StatePoint, StateTarget, StateRestored> = {
  name: "pulumi-state",
  capabilities: { incremental: false, pointInTime: false, needsQuiescence: false, appendable: false },
  parse: parsePoint,
  facts: ({ label, startedAt, finishedAt, source, tool, restore: commands }) => {
    const { backend, at, stacks, locked, changing } = source;
    const pending = stacks.reduce((sum, one) => sum + one.pending, 0);
    return {
      ...{ label, startedAt, finishedAt, at, tool, restore: commands, bytes: source.bytes },
      source: {
        ...{ engine: "pulumi", backend, stacks: stacks.map(({ stack }) => stack).join(", ") },
        resources: stacks.reduce((sum, one) => sum + one.resources, 0),
        ...(pending > 0 ? { pendingOperations: pending } : {}),
        ...(locked.length > 0 ? { locked: locked.join(", ") } : {}),
        ...(changing.length > 0 ? { changing: changing.join(", ") } : {}),
      },
    };
  },
  capture,
  verify,
  restore,
};
