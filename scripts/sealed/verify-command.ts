import { faultInWords } from "../../engines/engine.js";
import { EngineError } from "../../engines/errors.js";
import type { Plan } from "../../plan/index.js";
import type { VerificationLevel } from "../../vault/index.js";
import { say } from "../ui/say.js";
import { table } from "../ui/table.js";
import { noneToDraw } from "./drawn.js";
import type { JobOptions } from "./job-options.js";
import { type VerifiedCopy, type VerifiedPoint, verifyPoints } from "./verify.js";
import { sealedWanted } from "./wanted.js";

/** What `verify` is told about sealed points. */
export interface VerifySealedWish extends JobOptions {
  readonly level: VerificationLevel;
  readonly dataset?: string | undefined;
  readonly days?: number | undefined;
  readonly point?: string | undefined;
  readonly sample?: number | undefined;
  /** That there is none to draw one from is no error: physical points are drawn as well. @default false */
  readonly lenient?: boolean;
  readonly direct?: boolean | undefined;
  readonly staging?: string | undefined;
}

/** Verifies every sealed point of a plan that is asked for. */
export async function verifyAllSealed(plan: Plan, options: VerifySealedWish): Promise<VerifiedCopy[]> {
  const results: VerifiedCopy[] = [];
  for (const { dataset, kind } of sealedWanted(plan, options))
    results.push(...(await verifyPoints(plan, dataset, { ...options, kind, say })));
  const { point, sample, kind, days, folder } = options;
  const answered = results.every(({ unreachable }) => unreachable === undefined);
  if (point !== undefined && answered && results.every(({ points }) => points.length === 0))
    throw new EngineError(`no copy has a point "${point}"`, 2, "secondsite points <plan> lists them");
  // Whoever asks for points by name is not told that all is well where there is none.
  if (
    sample !== undefined &&
    !options.lenient &&
    answered &&
    results.every(({ points }) => points.length === 0)
  )
    throw noneToDraw("point", days);
  const wanted =
    point === undefined && sample === undefined && [kind, days, folder].some((given) => given !== undefined);
  return wanted ? results.map((copy) => withNothing(copy, days)) : results;
}

/** Makes it a fault of a copy that it has nothing to verify. */
function withNothing(copy: VerifiedCopy, days: number | undefined): VerifiedCopy {
  if (copy.unreachable !== undefined || copy.points.length > 0) return copy;
  const since = days === undefined ? "" : ` of the last ${days} days`;
  return { ...copy, faults: [...copy.faults, `there is no ${copy.kind} point${since}`] };
}

/** Whether everything that could be verified is as it was stored, and looks as it should. */
export const noneBad = (copies: readonly VerifiedCopy[]): boolean =>
  copies.every(
    ({ unreachable, faults, points }) =>
      unreachable === undefined &&
      faults.length === 0 &&
      points.every((point) => point.faults.length === 0 && point.suspicious === undefined),
  );

/** Whether everything that was asked for could be verified here. */
export const allVerified = (copies: readonly VerifiedCopy[]): boolean =>
  copies.every(({ points }) => points.every(({ unverified }) => unverified === undefined));

/** What was found, for people. */
export function shownSealed(copies: readonly VerifiedCopy[]): string {
  const points = copies.flatMap((copy) => copy.points);
  const list = table(points, [
    {
      title: "",
      value: ({ faults, suspicious, unverified }) =>
        faults.length > 0 ? "✖" : (suspicious ?? unverified) ? "?" : "✔",
    },
    { title: "Dataset", value: ({ dataset }) => dataset },
    { title: "Copy", value: ({ site }) => site },
    { title: "Point", value: ({ label }) => label },
    { title: "Level", value: ({ level }) => level },
    { title: "Found", value: found, wrap: true },
  ]);
  const problems = copies.flatMap(({ dataset, site, unreachable, faults }) => [
    ...(unreachable === undefined ? [] : [`${dataset} at ${site} does not answer: ${unreachable}`]),
    ...faults.map((fault) => `${dataset} at ${site}: ${fault}`),
  ]);
  return [...(points.length > 0 ? [list.trimEnd()] : []), ...problems, ""].join("\n");
}

function found({ faults, notes, suspicious, unverified, instead }: VerifiedPoint): string {
  const wrong = faults.map(faultInWords);
  if (wrong.length > 0)
    return `${wrong.join("; ")}; ${instead ? `restore ${instead.label} at ${instead.site} instead` : "no other good point is left"}`;
  const not = unverified === undefined ? undefined : `not verified: ${unverified}`;
  const bad = [not, suspicious].filter((text) => text !== undefined);
  return [...(bad.length > 0 ? bad : ["nothing wrong"]), ...notes].join("; ");
}
