export { differences } from "./difference.js";
export { formatPath, type Path, parsePath, valueAt } from "./path.js";
export {
  type CheckAnswer,
  type CheckRequest,
  type CreateRequest,
  type DeleteRequest,
  type DiffAnswer,
  type DiffRequest,
  type Failure,
  type Log,
  PartialFailure,
  type ProviderProgram,
  type ReadAnswer,
  type ReadRequest,
  type ResourceRequest,
  type UpdateRequest,
} from "./program.js";
export { serve } from "./server.js";
export {
  equal,
  hasUnknown,
  isList,
  isObject,
  isUnknown,
  unknown,
  type Value,
  type Values,
} from "./values.js";
export { type Outgoing, Secret } from "./wire.js";
