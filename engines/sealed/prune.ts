import type { Decision, Selection } from "../../plan/retention/select.js";
import type { Retention } from "../../plan/schema/index.js";
import { appendEntry, type DatasetCopy, type KeyProvider, signingKeys } from "../../vault/index.js";
import { abandonedAfter, endAbandoned } from "../unfinished.js";
import { kindPrefix } from "./layout.js";
import type { FoundCopy, FoundPoint } from "./points.js";
import { clockFault, idOf, selectionOf } from "./selection.js";

/** What is to become of the points of one copy. Nothing was touched. */
export interface PrunePlan {
  readonly copy: DatasetCopy;
  readonly kind: string;
  readonly selection: Selection;
  /** Points that go, by the decision about each. */
  readonly dropped: readonly (FoundPoint & Pick<Decision, "why">)[];
  /** Bytes that they have. */
  readonly bytes: number;
  /** Why nothing is dropped here. */
  readonly refused?: string;
  /** What it was decided from, and when by the store's clock. */
  readonly found: FoundCopy;
  readonly clock: Date;
}

/**
 * Decides what retention drops at one copy: of each epoch by itself, since each has its own history.
 *
 * A copy whose chain is damaged, or that does not answer, keeps everything: what cannot be read may be what is needed.
 *
 * @param clock the store's own time; ages are told by it and not by this machine's
 * @param skew seconds by which this machine's clock differs
 */
export function planPrune(
  found: FoundCopy,
  kind: string,
  keep: Retention,
  clock: Date,
  skew: number,
): PrunePlan {
  const { copy, points, faults, unreachable } = found;
  const blocked =
    unreachable ?? (faults.length > 0 ? `its chain is damaged: ${faults[0]}` : undefined) ?? clockFault(skew);
  const byId = new Map(points.map((point) => [idOf(point), point]));
  const selection = selectionOf(points, keep, clock);
  const refused = blocked ?? selection.refused;
  const dropped =
    refused === undefined
      ? selection.decisions.flatMap(({ kept, point, why }) => {
          const one = kept ? undefined : byId.get(point.id);
          return one ? [{ ...one, why }] : [];
        })
      : [];
  return {
    ...{ copy, kind, selection, dropped, found, clock },
    bytes: dropped.reduce((sum, { point }) => sum + point.bytes.stored, 0),
    ...(refused === undefined ? {} : { refused }),
  };
}

/** What a prune did at one copy. */
export interface Pruned {
  readonly points: number;
  /** Objects that are gone: those of the points, and what killed runs left. */
  readonly objects: number;
  /** Of these, objects that stay as locked versions until their lock ends. */
  readonly locked: number;
}

/**
 * Drops what was decided: the tombstones first, so that no point is listed that does not restore, then the objects, and
 * with them what killed runs left. Safe to kill and to run again.
 *
 * The caller holds the lease under which points are captured, so that no capture is under way.
 */
export async function prune(
  { copy, kind, dropped, found, clock }: PrunePlan,
  recipients: readonly KeyProvider[],
  signal?: AbortSignal,
): Promise<Pruned> {
  const { store, dataset } = copy;
  if (dropped.length > 0) await bury(copy, dropped, recipients);
  const gone = new Set([...found.dropped, ...dropped.map(({ point }) => point.label)]);
  const alive = new Set(found.points.flatMap(({ point }) => (gone.has(point.label) ? [] : [point.label])));
  const prefix = kindPrefix(dataset, kind);
  const abandoned = new Date(clock.getTime() - abandonedAfter);
  let objects = 0;
  let locked = 0;
  for await (const { key, modifiedAt } of store.list(prefix)) {
    signal?.throwIfAborted();
    const [label = ""] = key.slice(prefix.length).split("/");
    // An entry that a listing does not show yet must not cost its parts: only what has long been no point goes.
    if (alive.has(label) || !(gone.has(label) || modifiedAt < abandoned)) continue;
    if (await isLocked(store, key, clock)) locked += 1;
    await store.delete(key);
    objects += 1;
  }
  await endAbandoned(store, dataset, [prefix], clock);
  return { points: dropped.length, objects, locked };
}

/** Writes the tombstones, one entry for each chain. */
async function bury(
  copy: DatasetCopy,
  dropped: PrunePlan["dropped"],
  recipients: readonly KeyProvider[],
): Promise<void> {
  const { store, plan, dataset, site } = copy;
  const { signer } = await signingKeys([copy], recipients, new Date());
  for (const chain of new Set(dropped.map((point) => point.chain))) {
    const points = dropped.filter((point) => point.chain === chain);
    const [first] = points;
    if (!first) continue;
    const content = {
      ...({ entry: "tombstone", plan, dataset, site, epoch: first.epoch } as const),
      removed: points.map(({ reference }) => reference),
      reason: [...new Set(points.flatMap(({ why }) => why))].join("; "),
    };
    await appendEntry(store, chain, content, signer);
  }
}

/** Whether what is deleted stays beneath its mark for a while. */
async function isLocked(store: DatasetCopy["store"], key: string, clock: Date): Promise<boolean> {
  if (!store.declared.lock) return false;
  for await (const version of store.versions(key))
    if (version.key === key && version.latest) {
      const until = await store.lockedUntil(key, version.version);
      return until !== undefined && until > clock;
    }
  return false;
}
