import { keptDatasets } from "../../datasets.js";
import { rpoObjective } from "../../objectives.js";
import { type Disaster, disasters, type KeptDataset, type Plan } from "../../schema/index.js";
import { humanSeconds, seconds } from "../../units.js";
import type { Finding, Fix, Proof } from "../finding.js";
import { boundOf, type CopyBound, copiesOf, type RpoBound } from "./bound.js";
import { type Missed, repairOf } from "./repair.js";

/** `rpo/<disaster>`: what each dataset can lose in each disaster, by its best surviving copy, against its objective. */
export const rpo: Proof = (plan, asOf) =>
  keptDatasets(plan).flatMap(([name, dataset]) => ofDataset(plan, name, dataset, asOf));

interface Judged {
  readonly disaster: Disaster;
  readonly bound: RpoBound;
  /** Seconds, or why nothing is promised. */
  readonly objective: number | string;
}

function ofDataset(plan: Plan, name: string, dataset: KeptDataset, asOf: Date): Finding[] {
  const copies = copiesOf(plan, dataset, asOf);
  const judged = disasters.map((disaster): Judged => {
    const objective = rpoObjective(plan, dataset, disaster);
    return {
      disaster,
      bound: boundOf(plan, dataset, disaster, copies),
      objective: typeof objective === "string" ? seconds(objective) : objective.accepted,
    };
  });
  const missed = judged.flatMap(({ disaster, bound, objective }): Missed[] =>
    typeof objective === "number" && bound.seconds > objective ? [{ disaster, objective }] : [],
  );
  const fix =
    missed.length > 0 ? (repairOf(plan, name, dataset, missed, asOf) ?? withoutPatch(dataset)) : undefined;
  return judged.map((one) => found(name, one, fix));
}

function found(name: string, { disaster, bound, objective }: Judged, fix: Fix | undefined): Finding {
  const [rule, at] = [`rpo/${disaster}`, `datasets.${name}.backups`];
  const lost = Number.isFinite(bound.seconds)
    ? `at most ${humanSeconds(bound.seconds) || "0s"} of "${name}" is lost`
    : `any amount of "${name}" can be lost`;
  const arithmetic = arithmeticOf(bound);
  if (typeof objective === "string")
    return {
      ...{ rule, at, disaster, severity: "info", arithmetic },
      message: `when ${bound.event}, ${lost}, which is accepted: ${objective}`,
    };
  const holds = bound.seconds <= objective;
  return {
    ...{ rule, at, disaster, severity: holds ? "info" : "error", arithmetic },
    message: `when ${bound.event}, ${lost}; the objective is ${humanSeconds(objective)}`,
    ...(holds || !fix ? {} : { fix }),
  };
}

/** The sum for the best copy, or why none of those that are left bounds anything. */
function arithmeticOf({ best, useless }: RpoBound): string {
  if (best) return `best copy is ${best.kind} at "${best.site}": ${sumAsText(best)}`;
  return useless.length > 0
    ? useless.map(({ kind, site, why }) => `${kind} at "${site}": ${why}`).join("; ")
    : "no copy survives";
}

/** The same copy is the best one in several disasters. */
const sums = new WeakMap<CopyBound, string>();

/** Terms of a copy as people add them up. */
export function sumAsText(copy: CopyBound): string {
  const known = sums.get(copy);
  if (known !== undefined) return known;
  const terms = copy.terms.map(({ seconds: length, what }) => `${humanSeconds(length)} ${what}`).join(" + ");
  const sum = `${terms || "0s"} = ${humanSeconds(copy.seconds) || "0s"}`;
  sums.set(copy, sum);
  return sum;
}

const withoutPatch = (dataset: KeptDataset): Fix => ({
  sentence: dataset.regional
    ? "it never leaves its region: accept this loss with rpoBy, or let copies leave"
    : "no site and schedule known here is enough: set a larger objective, or accept the loss with rpoBy",
});
