import {
  type Context,
  contextOf,
  disasterOf,
  type Recovery,
  recoveriesOf,
  slowest,
} from "../../derive/phases.js";
import { floorSeconds } from "../../floor.js";
import { type Scope, scopes } from "../../schema/index.js";
import { humanSeconds, seconds } from "../../units.js";
import type { Finding, Proof } from "../finding.js";
import { mend } from "./mend.js";

/**
 * How long until it works again, for each scope that a time is promised for: the longest chain of phases that wait
 * for each other.
 *
 * Covers what `derive/phases` names. Assumes that one disaster happens at a time, that people and figures are as
 * `recovery` says, that every disk is full and one backup was missed.
 */
export const recoveryTimes: Proof = (plan, asOf) => {
  const promised = scopes.filter((scope) => plan.objectives.rto[scope] !== undefined);
  if (promised.length === 0) return [];
  const context = contextOf(plan, asOf);
  return [...promised.map((scope) => recoveryTime(context, scope)), figures(context, promised)];
};

const placesNeeded: ReadonlySet<Scope> = new Set(["region", "node", "cluster", "catastrophe"]);

function recoveryTime(context: Context, scope: Scope): Finding {
  const { plan } = context;
  const objective = plan.objectives.rto[scope] ?? "0s";
  const disaster = scope === "service" ? undefined : disasterOf[scope];
  const common = { rule: `rto/${scope}`, at: `objectives.rto.${scope}`, ...(disaster && { disaster }) };
  const recoveries = recoveriesOf(context, scope);
  const worst = slowest(recoveries);
  if (!worst)
    return placesNeeded.has(scope)
      ? {
          ...{ ...common, severity: "error" },
          message: `nothing can take over within ${objective}: no standby is apart from the primary`,
          arithmetic: "sites with the role standby outside the primary's region: 0",
          fix: mend(context, scope, recoveries) ?? {
            sentence: 'add a site with role: "standby" in another region',
          },
        }
      : {
          ...{ ...common, severity: "warning" },
          message: `${objective} is promised, but the plan has nothing that it could be about`,
          arithmetic: `critical ${nouns[scope] ?? "things"} in the plan: 0`,
          fix: { sentence: `declare what ${common.at} is about, or leave it out` },
        };
  const holds = worst.missing.length === 0 && worst.seconds <= seconds(objective);
  if (holds)
    return {
      ...common,
      severity: "info",
      message: message(worst, objective, context),
      arithmetic: sum(worst),
    };
  return {
    ...{ ...common, severity: "error" },
    message:
      worst.missing.length > 0
        ? `${listed(worst.missing)} cannot be brought back in any time, because no copy is left; the objective is ${objective}`
        : message(worst, objective, context),
    arithmetic: sum(worst),
    fix: mend(context, scope, recoveries) ?? { sentence: byHand(worst, seconds(objective)) },
  };
}

const nouns: Partial<Record<Scope, string>> = {
  service: "services",
  certificates: "certificate stores",
  database: "databases",
};

function message(
  { scope, subject, to, seconds: total }: Recovery,
  objective: string,
  { plan }: Context,
): string {
  const where = to === undefined ? "" : ` at "${to}"`;
  const time = humanSeconds(total) || "0s";
  const floor = floorSeconds(plan);
  switch (scope) {
    case "region":
      return `a lost region is taken over${where} within ${time}${floor === 0 ? "" : `, ${humanSeconds(floor)} of it waiting for lease, health check and TTL`}; the objective is ${objective}`;
    case "catastrophe":
      return `all of it is built up elsewhere within ${time}; the objective is ${objective}`;
    case "node":
      return `a lost node of "${subject}" is back within ${time}; the objective is ${objective}`;
    case "cluster":
      return `a lost cluster at "${subject}" is made up for${where} within ${time}; the objective is ${objective}`;
    default:
      return `"${subject}" is back${where} within ${time}; the objective is ${objective}`;
  }
}

const sum = ({ path }: Recovery): string =>
  path.map(({ what, seconds: step, basis }) => `${humanSeconds(step)} ${what} (${basis})`).join(" + ") ||
  "nothing has to be waited for";

function byHand({ path }: Recovery, objective: number): string {
  const [longest] = path.toSorted((a, b) => b.seconds - a.seconds);
  return longest
    ? `shorten the longest step (${longest.what}, ${humanSeconds(longest.seconds)}); all steps together have ${humanSeconds(objective)}`
    : "add a copy that survives";
}

const listed = (names: readonly string[]): string =>
  `${names
    .slice(0, 3)
    .map((name) => `"${name}"`)
    .join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;

/** Whether the times rest on measurements. */
function figures({ plan }: Context, promised: readonly Scope[]): Finding {
  const { measured } = plan.recovery;
  return {
    ...{ rule: "rto/figures", severity: "info", at: "recovery" },
    message: measured
      ? `recovery times rest on what ${measured.by} measured on ${measured.on}`
      : `recovery times rest on guesses; a drill or a rehearsal measures them`,
    arithmetic: `${promised.length === 1 ? "1 time" : `${promised.length} times`} promised; recovery.measured ${measured ? `is ${measured.on}` : "is absent"}`,
  };
}
