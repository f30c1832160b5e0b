import type { Plan } from "../../../plan/index.js";
import { leaks } from "../../../plan/proofs/testing/residency-leaks.js";
import type { Found } from "./places.js";

/** Data outside of where it may be; that it waits for its region is a risk, and nobody breaks a promise with it. */
export const outside = (plan: Plan): Found =>
  leaks(plan).flatMap((leak) => {
    const [rule, at] = leak.split(" ");
    return rule === "residency/restore" ? [] : [`${rule} ${at}`];
  });
