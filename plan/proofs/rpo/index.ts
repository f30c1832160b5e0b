export { basesAt, type CopyBound, type RpoBound, rpoBound, type UselessCopy } from "./bound.js";
export { gapsIfReadable, gapsOf, type ScheduleGaps } from "./gaps.js";
export { rpoObjective } from "./objective.js";
export { rpo, sumAsText } from "./proof.js";
export { schedules } from "./schedules.js";
export { sumOf, type Term, type TermName, termNames } from "./terms.js";
