import { names } from "../../plan/index.js";
import {
  type ChainFault,
  type FoundEntry,
  type Hold,
  holdsIn,
  judgeChain,
  type NamedKey,
  type ObjectStore,
  type Part,
  type PointVerification,
  type Reference,
  readChain,
  removedPoints,
  signersIn,
  type TrustedSigners,
  VaultError,
  verificationsIn,
} from "../../vault/index.js";

/** Which copy's chains. */
export interface ChainOf {
  readonly plan: string;
  readonly dataset: string;
  /** Site of the copy. */
  readonly site: string;
  readonly store: ObjectStore;
}

/** A physical point as its entry states it, whichever version of entry that is. */
export interface PhysicalPoint {
  /** Object of the entry. */
  readonly key: string;
  /** Number within dataset, copy and epoch. */
  readonly sequence: number;
  readonly takenAt: string;
  readonly label: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly bytes: { readonly database: number; readonly stored: number };
  /** First and last segment of the log that it needs. */
  readonly startWal: string;
  readonly stopWal: string;
  /** What it was taken from: PostgreSQL's version and the identity that initdb gave the system. */
  readonly version: string;
  readonly systemIdentifier: string;
  /** The superuser that initdb made. @default "postgres" */
  readonly superuser?: string;
  /** Position in the log at its end: `0/3000100`. */
  readonly stopLsn: string;
  /** Number of the point that it adds to. @default none: it is whole by itself */
  readonly parent?: number;
  readonly parts: readonly Part[];
  /** What opens it; the first version of entries did not say. */
  readonly keys: readonly NamedKey[];
  /** Why its entry is not to be believed. */
  readonly problem?: string;
  /** What its last verification found; absent while there was none. */
  readonly verification?: PointVerification;
  /** Who holds it against retention. @default nobody */
  readonly held?: Hold;
}

/** One epoch's chain at a copy. */
export interface EpochChain {
  /** All entries, of points of every kind. */
  readonly entries: readonly FoundEntry[];
  /** Everything in it that is not as it was written. */
  readonly faults: readonly ChainFault[];
  /** Physical points that were not removed, oldest first; those that are not to be believed, too. */
  readonly points: readonly PhysicalPoint[];
}

/** Who may have signed a copy's chains; without a readable signing key nobody, and why. */
export interface CopySigners {
  readonly trusted: TrustedSigners;
  readonly problem?: string;
}

/** The signing keys of a copy; their public halves, which need no secret. */
export async function signersAt({ plan, dataset, store }: ChainOf): Promise<CopySigners> {
  try {
    return { trusted: await signersIn({ store, plan, dataset, keys: [] }) };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return { trusted: new Map(), problem: error.message };
  }
}

/** Reads and checks one epoch's chain; one entry that is damaged hides no other. */
export async function readEpochChain(
  { plan, dataset, site, store }: ChainOf,
  epoch: number,
  { trusted }: CopySigners,
): Promise<EpochChain> {
  const prefix = names.manifestPrefix(dataset, epoch);
  const entries = await readChain(store, prefix);
  const expected = { prefix, plan, dataset, site, epoch, trusted };
  const { faults, doubts } = judgeChain(entries, expected);
  // What nobody trusted wrote removes, holds and verifies nothing.
  const believed = entries.filter((_, index) => doubts[index]?.length === 0);
  const removed = removedPoints(believed);
  const verifications = verificationsIn(believed);
  const holds = holdsIn(believed);
  const points = entries.flatMap((found, index) => {
    const point = physicalPoint(found);
    if (!point || removed.has(point.sequence)) return [];
    const doubt = doubts[index]?.join("; ");
    const verification = verifications.get(point.sequence);
    const held = holds.get(point.sequence);
    return [
      {
        ...point,
        ...(doubt ? { problem: doubt } : {}),
        ...(verification ? { verification } : {}),
        ...(held ? { held } : {}),
      },
    ];
  });
  return { entries, faults, points };
}

function physicalPoint({ key, unsigned, entry }: FoundEntry): PhysicalPoint | undefined {
  const point = unsigned ?? (entry?.entry === "point" && entry.kind === "physical" ? entry : undefined);
  if (!point) return undefined;
  const { sequence, takenAt, label, startedAt, finishedAt, parts, source, bytes } = point;
  return {
    ...{ key, sequence, takenAt, label, startedAt, finishedAt, parts },
    bytes: { database: "database" in bytes ? bytes.database : bytes.source, stored: bytes.stored },
    startWal: String(source.startWal ?? ""),
    stopWal: String(source.stopWal ?? ""),
    version: String(source.version ?? ""),
    systemIdentifier: String(source.systemIdentifier ?? ""),
    stopLsn: String(source.stopLsn ?? ""),
    ...("superuser" in source ? { superuser: String(source.superuser) } : {}),
    ...("parent" in point && point.parent ? { parent: point.parent.sequence } : {}),
    keys: ("keys" in point && point.keys) || [],
  };
}

/** A point as later entries name it; undefined when the chain has no such entry. */
export function referenceTo(
  { entries }: Pick<EpochChain, "entries">,
  { key, sequence }: Pick<PhysicalPoint, "key" | "sequence">,
): Reference | undefined {
  const sha256 = entries.find((entry) => entry.key === key)?.sha256;
  return sha256 === undefined ? undefined : { sequence, sha256 };
}
