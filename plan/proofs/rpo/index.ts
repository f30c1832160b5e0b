export { rpoBound } from "./bound.js";
export { rpoObjective } from "./objective.js";
export { rpo } from "./proof.js";
export { schedules } from "./schedules.js";
export { type TermName, termNames } from "./terms.js";
