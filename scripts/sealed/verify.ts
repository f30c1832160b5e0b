import type { Run, Verdict } from "../../engines/engine.js";
import { EngineError, withHint } from "../../engines/errors.js";
import { microsOf } from "../../engines/moment.js";
import { type Choosable, candidates } from "../../engines/sealed/choose.js";
import { type FoundPoint, findPoints } from "../../engines/sealed/points.js";
import { implausibleSize } from "../../engines/sealed/verify.js";
import { stagingFolder } from "../../engines/staging.js";
import { verificationRecorder } from "../../engines/verification-record.js";
import type { Plan } from "../../plan/index.js";
import { VaultError, type VerificationLevel } from "../../vault/index.js";
import { verifying } from "./by-engine.js";
import { drawnFrom } from "./drawn.js";
import { endsKept } from "./heads.js";
import { doneBy, sealedJob } from "./job.js";
import type { JobOptions } from "./job-options.js";
import type { Sealed } from "./kept.js";
import { sinceDays } from "./since.js";

/** What is verified, and how. */
export interface VerifySealedOptions extends JobOptions {
  readonly level: VerificationLevel;
  /** Only points of the last so many days. @default all */
  readonly days?: number | undefined;
  /** Only this point. @default all */
  readonly point?: string | undefined;
  /** Only so many, drawn by lot, each at one of its copies. @default all */
  readonly sample?: number | undefined;
  /** Only copies that jobs write to themselves. @default every copy */
  readonly direct?: boolean | undefined;
  readonly staging?: string | undefined;
  readonly say: (line: string) => void;
}

/** What became of one point at one copy. */
export interface VerifiedPoint {
  readonly dataset: string;
  readonly site: string;
  readonly kind: string;
  readonly label: string;
  readonly at: string;
  readonly level: VerificationLevel;
  readonly faults: readonly { readonly item: string; readonly message: string }[];
  readonly notes: readonly string[];
  /** Why it could not be verified here, which says nothing about it: a key, a tool or room is missing. */
  readonly unverified?: string;
  /** Why its size is suspicious. */
  readonly suspicious?: string;
  /** A point to restore instead. */
  readonly instead?: { readonly site: string; readonly label: string };
  /** Whether the result stands in the point's chain. */
  readonly recorded: boolean;
}

/** What became of one copy. */
export interface VerifiedCopy {
  readonly dataset: string;
  readonly site: string;
  readonly kind: string;
  readonly unreachable?: string;
  /** What is wrong with its chain. */
  readonly faults: readonly string[];
  readonly points: readonly VerifiedPoint[];
}

/**
 * Verifies the points of one backup at every copy, and records what was found in their chains. One that cannot be verified
 * here says so, and keeps no other from being verified.
 */
export async function verifyPoints(
  plan: Plan,
  dataset: string,
  options: VerifySealedOptions,
): Promise<VerifiedCopy[]> {
  const { engine, kind, copies, direct, recipients } = await sealedJob(plan, dataset, options);
  // A replica is written by its store alone.
  const own = new Set(direct.map(({ site }) => site));
  const staging = await stagingFolder(options.staging);
  const found = await findPoints(options.direct ? direct : copies, kind);
  const all = found.flatMap(({ points }) => points);
  const since = sinceDays(options.days);
  const wanted = ({ at, point }: FoundPoint) =>
    Date.parse(at) >= since && (options.point === undefined || point.label === options.point);
  const drawn =
    options.sample === undefined ? undefined : drawnFrom(all.filter(wanted), options.sample, labelOf);
  const record = verificationRecorder(doneBy(), recipients, options.say);
  const results: VerifiedCopy[] = [];
  for (const { copy, points, faults, unreachable } of found) {
    const verified: VerifiedPoint[] = [];
    for (const one of points) {
      if (!(drawn?.has(one) ?? wanted(one))) continue;
      options.say(`verifying ${one.point.label} at ${copy.site}, ${options.level}`);
      const run = { staging, say: options.say };
      const { level, faults: wrong, notes, unverified } = await judged(engine, one, options.level, run);
      // A reference to an entry that is not as it was written would itself be a fault of the chain, for ever.
      const namable = !faults.some((fault) => fault.startsWith(`${one.key}: `));
      const recorded =
        own.has(copy.site) &&
        namable &&
        unverified === undefined &&
        (await record(one, { level, faults: wrong }));
      const suspicious = implausibleSize(one.point, points);
      const instead = wrong.length > 0 ? olderThan(one, all) : undefined;
      verified.push({
        ...{ dataset, site: copy.site, kind, label: one.point.label, at: one.at, level: options.level },
        ...{ faults: wrong, notes, recorded },
        ...(unverified === undefined ? {} : { unverified }),
        ...(suspicious === undefined ? {} : { suspicious }),
        ...(instead ? { instead } : {}),
      });
    }
    results.push({
      ...{ dataset, site: copy.site, kind, faults, points: verified },
      ...(unreachable === undefined ? {} : { unreachable }),
    });
  }
  await endsKept(direct, options.say);
  return results;
}

const labelOf = ({ point }: FoundPoint) => point.label;

type Judged = Verdict & Pick<VerifiedPoint, "unverified">;

/** What a point is found to be, or why that cannot be found out here. */
async function judged(
  engine: Sealed["engine"],
  point: FoundPoint,
  level: VerificationLevel,
  run: Run,
): Promise<Judged> {
  try {
    return await verifying(engine, point, level, run);
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof VaultError)) throw error;
    return { level, faults: [], notes: [], unverified: withHint(error) };
  }
}

/** The best point that holds nothing later, at another copy or older. */
function olderThan(bad: FoundPoint, all: readonly FoundPoint[]) {
  const others = all.filter((one) => one !== bad);
  const [best] = candidates<FoundPoint & Choosable>(others, microsOf(bad.at));
  return best && { site: best.copy.site, label: best.point.label };
}
