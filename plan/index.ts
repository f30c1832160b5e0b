export * from "./audit.js";
export * from "./backup-names.js";
export * from "./builders.js";
export * from "./datasets.js";
export { definePlan, type ParseOptions, parsePlan } from "./define.js";
export { InvalidPlan, type Problem } from "./errors.js";
export { floorSeconds } from "./floor.js";
export { identitiesOf, type RoleBounds, roleArn, roleBounds } from "./identities.js";
export { planJsonSchema } from "./json-schema.js";
export * from "./jurisdictions.js";
export * as names from "./names.js";
export { ports } from "./ports.js";
export type {
  AwsRegionSite,
  Backup,
  CronSchedule,
  Dataset,
  KeptDataset,
  ObjectStoreSite,
  PhysicalBackup,
  Plan,
  PlanInput,
  PostgresDataset,
  Service,
  Site,
  StoredBackup,
  WalBackup,
} from "./schema/index.js";
export * from "./sites.js";
export { podReadable, type StateBucket, stateBucket } from "./state-backend.js";
export { clusterSchedule, type TendedDataset, tendedDatasets } from "./tended.js";
export * from "./units.js";
export * from "./vaults.js";
