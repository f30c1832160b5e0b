import type { Control } from "./model.js";

/** The standby's stack has everything but its database. */
export const statefulSetRemoved: Control = {
  scenario: "region-loss",
  program: "sandbox/rehearsals/controls/without-stateful-set.mjs",
};
