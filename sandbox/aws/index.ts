export { accountId, rootCredentials } from "./credentials.js";
export type { CallRecord } from "./gate/call-log.js";
export { gateNames } from "./gate/names.js";
export { type GateOptions, gate } from "./gate/program.js";
export type { TokenIssuer } from "./gate/settings.js";
export { type MinistackOptions, ministack } from "./ministack/program.js";
