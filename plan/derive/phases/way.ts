import type { Phase } from "./graph.js";

/** One way of bringing one thing back. */
export interface Way {
  /** The service, dataset or site that is brought back. */
  readonly subject: string;
  /** Site at which it runs afterwards, where it is another one. */
  readonly to?: string;
  /** In an order in which each stands after those it waits for. */
  readonly phases: readonly Phase[];
  /** Datasets of which no copy is left, though their loss is not accepted. */
  readonly missing: readonly string[];
}
