/** PostgreSQL by its own dump: captured under load, verified, restored into a new database. */

export { sweepStaging } from "../staging.js";
export { capture, type LogicalSource } from "./capture.js";
export { logicalEngine } from "./engine.js";
export { finishFolder, folderPoint, folderReader, folderWriter } from "./folder-parts.js";
export { type Instance, type InstanceOptions, startInstance } from "./instance.js";
export {
  type InspectedDump,
  inspectLegacy,
  type LegacyOptions,
  legacyLabel,
  listLegacy,
  restoreLegacy,
} from "./legacy.js";
export type { LegacyFolder } from "./legacy-content.js";
export { type LegacyDump, type ListedObject, legacyDumps } from "./legacy-names.js";
export { type LogicalPoint, parsePoint, partNames } from "./point.js";
export {
  type ProductionRestore,
  type RestoreHooks,
  type RestoreStep,
  restoreProduction,
} from "./production-restore.js";
export { type Restored, type RestoreOptions, restoreDatabase } from "./restore.js";
export type { Assertion } from "./restored-content.js";
export { foundDatabases, type LogicalTarget, restoreNames } from "./target.js";
export { type VerifyOptions, verify } from "./verify.js";
