export * from "./builders.js";
export { definePlan, parsePlan } from "./define.js";
export { InvalidPlan, type Problem } from "./errors.js";
export * as names from "./names.js";
export { ports } from "./ports.js";
export type {
  AwsRegionSite,
  Backup,
  Dataset,
  ObjectStoreSite,
  PhysicalBackup,
  Plan,
  PlanInput,
  PostgresDataset,
  Service,
  Site,
  WalBackup,
} from "./schema.js";
export * from "./units.js";
export * from "./vaults.js";
