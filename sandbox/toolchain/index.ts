/** External programs: what is needed, what is here, and how the rest is had. */
export { cacheDir } from "./cache.js";
export { type ToolName, type Tools, toolNames } from "./catalogue.js";
export { ensureTools } from "./ensure.js";
export { surveyTools, type ToolReport } from "./survey.js";
