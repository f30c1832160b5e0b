import type { Plan } from "../../plan/index.js";

/** One change, and what it is called. */
export type Change = readonly [what: string, change: (plan: Plan) => void];
