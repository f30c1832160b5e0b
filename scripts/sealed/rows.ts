import type { FoundCopy, FoundPoint } from "../../engines/sealed/points.js";

/** A sealed point as `points --json` prints it. */
export const pointAsJson = ({ copy, point, epoch, at, held, verification, problem }: FoundPoint) => ({
  ...{ dataset: copy.dataset, site: copy.site, takenAt: point.takenAt, epoch, sequence: point.sequence },
  ...{ kind: point.kind, label: point.label, at, startedAt: point.startedAt, finishedAt: point.finishedAt },
  bytes: { database: point.bytes.source, stored: point.bytes.stored },
  ...(held ? { held } : {}),
  ...(verification ? { verification } : {}),
  ...(problem === undefined ? {} : { problem }),
});

/** What `points` shows of one point in its last column. */
export function stateOf({ at, held, verification, problem }: FoundPoint): string {
  if (problem !== undefined) return `NOT: ${problem}`;
  const verified = verification
    ? `, ${verification.level} ${verification.at.slice(0, 10)}`
    : ", never verified";
  return `${at}${verified}${held ? `, held by ${held.by}: ${held.reason}` : ""}`;
}

/** What is wrong with copies themselves, a line each. */
export const problemsOf = (copies: readonly FoundCopy[]): string[] =>
  copies.flatMap(({ copy, unreachable, faults }) => [
    ...(unreachable === undefined ? [] : [`${copy.dataset} at ${copy.site} does not answer: ${unreachable}`]),
    ...faults.map((fault) => `${copy.dataset} at ${copy.site}: ${fault}`),
  ]);
