export { type ControlName, controlNames } from "./controls/index.js";
export { type ScenarioName, scenarioNames } from "./model.js";
export { type Rehearsed, type RehearseOptions, rehearse } from "./rehearse.js";
export type { Report } from "./report.js";
