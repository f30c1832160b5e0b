import type { Plan } from "../schema/index.js";
import { alerts } from "./alerts.js";
import { auditEnds } from "./audit-logs.js";
import { blastRadius } from "./blast-radius.js";
import { recoveryClosure } from "./closure.js";
import { compatibility } from "./compatibility.js";
import { copies } from "./copies.js";
import { coverage } from "./coverage.js";
import { drills } from "./drills.js";
import type { Finding, Proof } from "./finding.js";
import { keys } from "./keys.js";
import { pointInTime } from "./point-in-time.js";
import { residency } from "./residency.js";
import { retentions } from "./retention.js";
import { rpo, schedules, startedBy } from "./rpo/index.js";
import { recoveryTimes } from "./rto/index.js";
import { withWaivers } from "./waivers.js";
import { witnessIsApart } from "./witness.js";

export type { Finding, Proof } from "./finding.js";

/** Every proof, in the order findings are shown. */
const proofs: readonly Proof[] = [
  schedules,
  startedBy,
  rpo,
  recoveryTimes,
  pointInTime,
  retentions,
  copies,
  auditEnds,
  residency,
  recoveryClosure,
  blastRadius,
  keys,
  coverage,
  compatibility,
  drills,
  alerts,
  witnessIsApart,
];

/** Everything the proofs find in a plan, its waivers applied: errors, warnings, what is waived, what holds. */
export function prove(plan: Plan, asOf: Date): Finding[] {
  const order = { error: 0, warning: 1, info: 3 };
  const rank = ({ severity, waived }: Finding) => (waived ? 2 : order[severity]);
  const found = proofs.flatMap((proof) => proof(plan, asOf));
  return withWaivers(plan, found, asOf).toSorted((a, b) => rank(a) - rank(b));
}
