/** Compares PostgreSQL databases by content, with no tool of any engine. */
export { compareDatabases } from "./compare.js";
export { type ContentOptions, contentOf, type DatabaseContent } from "./content.js";
export {
  type ComparisonOptions,
  type Difference,
  type DifferenceKind,
  differences,
  isComputedAgain,
} from "./differences.js";
export type { Fingerprint } from "./hashes.js";
export { LargeObjectSums } from "./large-object-sums.js";
export { RowSums } from "./row-sums.js";
export { hasReached, type SequenceState, sequencesOf } from "./sequences.js";
export {
  clientOf,
  type DatabaseAddress,
  inSnapshot,
  textSettings,
  withClient,
  withWorker,
} from "./session.js";
export { type Table, tablesOf } from "./tables.js";
