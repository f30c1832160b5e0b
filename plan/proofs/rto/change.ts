import type { PatchStep } from "../finding.js";

/** One thing that can be changed in a plan to make a recovery faster, or possible. */
export interface Change {
  readonly sentence: string;
  readonly steps: readonly PatchStep[];
}
