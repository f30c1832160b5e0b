import type { Plan } from "../../../plan/index.js";
import { orphans } from "./chains.js";
import { copiedByNobody, logsWithoutBase, lost, neverInTime, nothingKept, tooFewCopies } from "./data.js";
import { keysLost, tooMuchPower, unclosed, unheard, unsafeLease, untried } from "./governance.js";
import type { Found } from "./places.js";
import { outside } from "./residency.js";
import { tooSlow } from "./times.js";

/** Every promise of a plan that is broken, by the simulator and by predicates that know nothing of the proofs. */
export const brokenByOracle = (plan: Plan): Found => [
  ...new Set(
    [
      ...[lost, tooFewCopies, logsWithoutBase, nothingKept, neverInTime, copiedByNobody],
      ...[unheard, untried, keysLost, tooMuchPower, unclosed, unsafeLease, tooSlow, outside, orphans],
    ].flatMap((predicate) => predicate(plan)),
  ),
];
