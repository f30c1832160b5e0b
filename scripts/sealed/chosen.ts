import { EngineError } from "../../engines/errors.js";
import { type Moment, microsOf, momentAt, parseMoment } from "../../engines/moment.js";
import { candidates, isSafetyBackup } from "../../engines/sealed/choose.js";
import { type FoundCopy, type FoundPoint, findPoints } from "../../engines/sealed/points.js";
import { humanSeconds } from "../../plan/index.js";
import type { SealedJob } from "./job.js";

/** Which point somebody wants. */
export interface Wish {
  /** The moment: the newest point that holds nothing later. @default now */
  readonly at?: string | undefined;
  /** This point and no other. */
  readonly point?: string | undefined;
}

/** The point that a restore takes. */
export interface Chosen {
  readonly chosen: FoundPoint;
  /** The moment that was asked for; absent where a point was named. */
  readonly moment?: Moment;
  /** From which moment until which nothing is in it, for people: `2 h until 2026-…`. */
  readonly lost: string;
  /** Points to try when this one fails, best first. */
  readonly next: readonly FoundPoint[];
}

/**
 * Chooses a point from all copies.
 *
 * @throws EngineError: 1 when nothing covers the moment, 2 when what was given is none
 */
export async function chosenFor(job: SealedJob, { at, point }: Wish): Promise<Chosen> {
  if (at !== undefined && point !== undefined)
    throw new EngineError("--at and --point say two things: give one of them", 2);
  const moment = at === undefined ? undefined : parseMoment(at);
  const copies = await findPoints(job.copies, job.kind);
  const all = copies.flatMap(({ points }) => points);
  const wanted = point === undefined ? all : all.filter((one) => one.point.label === point);
  const now = Date.now() * 1_000;
  const [chosen, ...next] = candidates(wanted, moment?.micros ?? now, { named: point !== undefined });
  if (!chosen) throw nothing(job, copies, wanted, { at, point });
  const seconds = ((moment?.micros ?? now) - microsOf(chosen.at)) / 1_000_000;
  return {
    ...{ chosen, next },
    ...(moment ? { moment } : {}),
    lost: `${humanSeconds(seconds)} until ${moment?.iso ?? momentAt(now).iso}`,
  };
}

function nothing(
  { dataset }: SealedJob,
  copies: readonly FoundCopy[],
  wanted: readonly FoundPoint[],
  { at, point }: Wish,
): EngineError {
  const silent = copies.flatMap(({ copy, unreachable }) =>
    unreachable === undefined ? [] : [`${copy.site} does not answer: ${unreachable}`],
  );
  const bad = wanted.flatMap((one) =>
    one.problem === undefined ? [] : [`${one.point.label} at ${one.copy.site}: ${one.problem}`],
  );
  const safety = wanted.filter((one) => point === undefined && isSafetyBackup(one));
  const good = wanted.filter((one) => one.problem === undefined && !safety.includes(one));
  const first = good.map((one) => one.at).toSorted()[0];
  const why = [
    ...(point !== undefined && wanted.length === 0 ? [`no copy has a point "${point}"`] : []),
    ...(first === undefined ? [] : [`the oldest one holds ${first}`]),
    ...bad,
    ...[...new Set(safety.map((one) => one.point.label))].map(
      (label) => `${label} is a safety backup: name it with --point`,
    ),
    ...silent,
  ];
  return new EngineError(
    `no point of "${dataset}" can be restored${at === undefined ? "" : ` for ${at}`}: ${why.join("; ") || "there is none"}`,
    1,
    `secondsite points <plan> --dataset ${dataset} lists every point`,
  );
}
