import { faultInWords } from "../../engines/engine.js";
import type { Verified } from "../../engines/postgres/verify.js";
import type { VerifiedCopy } from "../sealed/verify.js";
import type { RecordedVerdict } from "../verify/judged-points.js";
import type { Told } from "./operation.js";

/** What a verification found. */
export interface Found {
  readonly all: readonly Verified[];
  /** What repositories' own tool says. */
  readonly repositories: readonly {
    readonly dataset: string;
    readonly site: string;
    readonly good: boolean;
  }[];
  /** Repositories that could not be read from here. */
  readonly unread: readonly {
    readonly dataset: string;
    readonly site: string;
    readonly unverified: string;
  }[];
  /** What became of physical points. */
  readonly points: readonly Pick<
    RecordedVerdict,
    "dataset" | "site" | "label" | "level" | "faults" | "unverified"
  >[];
  readonly dumps: readonly VerifiedCopy[];
  /** What the command ends with. */
  readonly exitCode: number;
}

/** The first thing that is wrong with a copy of dumps, for people. */
function whyBad({ unreachable, faults: [fault], points }: VerifiedCopy): string {
  if (unreachable !== undefined) return `it does not answer: ${unreachable}`;
  if (fault !== undefined) return fault;
  const [first] = points.flatMap(({ label, faults }) =>
    faults.slice(0, 1).map((one) => `${label}: ${faultInWords(one)}`),
  );
  return first ?? "it is not as it should be";
}

/** What a verification is recorded with: how many copies, and what is wrong with them. */
export function verifyTold(
  level: string,
  { all, repositories, unread, points, dumps, exitCode }: Found,
): Told {
  const good = exitCode === 0;
  const damaged = all.reduce((sum, { damage }) => sum + damage.length, 0);
  const silent = all.filter(({ unreachable }) => unreachable !== undefined).length;
  const broken = repositories.filter((one) => !one.good).length;
  const bad = dumps.filter(
    ({ unreachable, faults, points }) =>
      unreachable !== undefined || faults.length > 0 || points.some((point) => point.faults.length > 0),
  );
  const unknown = dumps.flatMap((copy) => copy.points).filter(({ unverified }) => unverified !== undefined);
  // What was found without restoring them is said of their copies.
  const unrestored = points.filter(({ level: depth, faults }) => depth === "restored" && faults.length > 0);
  const untried = points.filter(({ unverified }) => unverified !== undefined);
  const unseen = [...unread, ...untried];
  const atSame = (copy: { dataset: string; site: string }) => (one: { dataset: string; site: string }) =>
    one.dataset === copy.dataset && one.site === copy.site;
  const wrong = [
    ...(damaged > 0 ? [`objects that are damaged: ${damaged}`] : []),
    ...(silent > 0 ? [`copies that do not answer: ${silent}`] : []),
    ...(broken > 0 ? [`repositories with damaged files: ${broken}`] : []),
    ...unread
      .slice(0, 1)
      .map(({ dataset, site, unverified }) => `${dataset} at ${site} could not be read here: ${unverified}`),
    ...unrestored.map(({ dataset, label, site }) => `${label} of ${dataset} at ${site} does not restore`),
    ...untried
      .slice(0, 1)
      .map(({ label, unverified }) => `${label} could not be restored here: ${unverified}`),
    ...bad.map((copy) => `${copy.kind} of ${copy.dataset} at ${copy.site}: ${whyBad(copy)}`),
    ...(unknown.length > 0
      ? [
          `dumps that could not be verified here: ${unknown.length}, the first because ${unknown[0]?.unverified}`,
        ]
      : []),
  ];
  return {
    exitCode,
    ...(good ? {} : { message: wrong.join("; ") }),
    details: { good, copies: all.length, damaged, silent },
    samples: [
      ...dumps
        // Of what nobody could look at the last figure stays.
        .filter((copy) => bad.includes(copy) || !copy.points.some((point) => unknown.includes(point)))
        .map((copy) => ({
          name: "verification_good" as const,
          labels: { dataset: copy.dataset, kind: copy.kind, site: copy.site },
          value: bad.includes(copy) ? 0 : 1,
        })),
      ...all
        .filter((copy) => !unseen.some(atSame(copy)))
        .map((copy) => ({
          name: "verification_good" as const,
          labels: { dataset: copy.dataset, kind: level, site: copy.site },
          value:
            copy.damage.length === 0 &&
            copy.unreachable === undefined &&
            ![...repositories.filter((one) => !one.good), ...unrestored].some(atSame(copy))
              ? 1
              : 0,
        })),
    ],
  };
}
