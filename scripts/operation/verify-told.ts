import type { Verified } from "../../engines/postgres/verify.js";
import type { VerifiedCopy } from "../sealed/verify.js";
import type { Told } from "./recorded.js";

/** What a verification found. */
export interface Found {
  readonly all: readonly Verified[];
  /** What repositories' own tool says. */
  readonly repositories: readonly {
    readonly dataset: string;
    readonly site: string;
    readonly good: boolean;
  }[];
  readonly dumps: readonly VerifiedCopy[];
  readonly good: boolean;
}

/** What a verification is recorded with: how many copies, and what is wrong with them. */
export function verifyTold(level: string, { all, repositories, dumps, good }: Found): Told {
  const damaged = all.reduce((sum, { damage }) => sum + damage.length, 0);
  const silent = all.filter(({ unreachable }) => unreachable !== undefined).length;
  const broken = repositories.filter((one) => !one.good).length;
  const bad = dumps.filter(
    ({ unreachable, faults, points }) =>
      unreachable !== undefined || faults.length > 0 || points.some((point) => point.faults.length > 0),
  );
  const wrong = [
    ...(damaged > 0 ? [`objects that are damaged: ${damaged}`] : []),
    ...(silent > 0 ? [`copies that do not answer: ${silent}`] : []),
    ...(broken > 0 ? [`repositories with damaged files: ${broken}`] : []),
    ...bad.map(({ dataset, kind, site }) => `${kind} of ${dataset} at ${site}`),
  ];
  return {
    exitCode: good ? 0 : 1,
    ...(good ? {} : { message: wrong.join("; ") }),
    details: { good, copies: all.length, damaged, silent },
    samples: [
      ...dumps.map((copy) => ({
        name: "verification_good" as const,
        labels: { dataset: copy.dataset, kind: copy.kind, site: copy.site },
        value: bad.includes(copy) ? 0 : 1,
      })),
      ...all.map(({ dataset, site, damage, unreachable }) => ({
        name: "verification_good" as const,
        labels: { dataset, kind: level, site },
        value:
          damage.length === 0 &&
          unreachable === undefined &&
          repositories.every((one) => one.good || one.dataset !== dataset || one.site !== site)
            ? 1
            : 0,
      })),
    ],
  };
}
