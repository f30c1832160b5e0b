export { type Clock, type Stamp, systemClock } from "./clock.js";
export { LeaseInputError, LeaseStoreError } from "./errors.js";
export { defaultFigures, type LeaseFigures, leaseFigures, requiredSkew, waitTime } from "./figures.js";
export { createLeaseKeeper, type Fence, type LeaseKeeper, type LeaseKeeperArgs } from "./keeper.js";
export type { LeaseRecord } from "./record.js";
export type { CloseReason, LeaseReport, Sighting } from "./state.js";
export type { LeaseStatus } from "./status.js";
export {
  type LeaseStore,
  type ObservedLease,
  readLease,
  type StoredLease,
  type WriteCondition,
  type WriteResult,
} from "./store.js";
