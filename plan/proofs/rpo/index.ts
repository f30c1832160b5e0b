export { rpoObjective } from "../../objectives.js";
export { rpoBound } from "./bound.js";
export { rpo } from "./proof.js";
export { schedules } from "./schedules.js";
export { startedBy } from "./started-by.js";
export { termNames } from "./terms.js";
