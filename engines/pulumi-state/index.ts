/** Pulumi's own state in a self-managed backend: captured while updates run, verified, restored into another backend. */
export { openBackend, type StateBackend } from "./backend.js";
export { backendPlace } from "./backend-place.js";
export { stateEngine } from "./engine.js";
export type { StateRestored } from "./restore.js";
export { requireFree, stacksNamed } from "./target.js";
