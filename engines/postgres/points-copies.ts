import { cloudSiteOf, directSites, names, type Plan, postgresDatasets } from "../../plan/index.js";
import { type ManifestEntry, type ObjectStore, readManifests, s3Store } from "../../vault/index.js";
import { EngineError } from "../errors.js";
import type { RecoveryPoint } from "./points.js";
import { segmentOf, type WalReach, type WalSegment, walReach } from "./points-wal.js";

/** One direct copy of a dataset. */
export interface CopyRef {
  readonly dataset: string;
  readonly site: string;
  readonly store: ObjectStore;
}

/** What a copy holds, or why it could not be asked. */
export interface Copy {
  readonly dataset: string;
  readonly site: string;
  /** Where it is, for people. */
  readonly store: string;
  /** Why it does not answer; everything else is empty then. */
  readonly unreachable?: string;
  readonly points: readonly RecoveryPoint[];
  readonly epochs: readonly EpochContent[];
}

/** What a copy holds of one epoch. */
export interface EpochContent {
  readonly epoch: number;
  readonly manifests: readonly ManifestEntry[];
  /** By name. */
  readonly wal: ReadonlyMap<string, WalSegment>;
  /** Segments stored more than once with different content: two writers. */
  readonly conflicting: readonly string[];
  /** When the epoch's repository was made; nothing older was written in it. */
  readonly begunAt: Date | undefined;
}

/**
 * The direct copies of a plan, or of one of its datasets or sites.
 *
 * @throws EngineError (2) when there is no such dataset or site
 */
export function copiesOf(plan: Plan, { dataset, site }: { dataset?: string; site?: string } = {}): CopyRef[] {
  const all = postgresDatasets(plan);
  if (dataset !== undefined && !all.some(([name]) => name === dataset))
    throw new EngineError(
      `plan "${plan.name}" has no dataset with backups called "${dataset}"; it has ${all.map(([name]) => name).join(", ") || "none"}`,
      2,
    );
  const copies = all
    .filter(([name]) => dataset === undefined || name === dataset)
    .flatMap(([name, { category, backups }]) =>
      directSites({ backups }).map((at) => ({
        dataset: name,
        site: at,
        store: s3Store({
          bucket: names.vaultBucket(plan, at, category),
          region: cloudSiteOf(plan, at).region,
        }),
      })),
    );
  const chosen = copies.filter((copy) => site === undefined || copy.site === site);
  if (chosen.length === 0)
    throw new EngineError(
      `no site called "${site}" holds a direct copy; these do: ${[...new Set(copies.map((copy) => copy.site))].join(", ")}`,
      2,
    );
  return chosen;
}

/** Asks every copy, all at once; one that does not answer says so and hides no other. */
export async function readCopies(copies: readonly CopyRef[]): Promise<Copy[]> {
  const asked = await Promise.all(
    copies.map(async (copy) => {
      try {
        return { copy, epochs: await readEpochs(copy.dataset, copy.store) };
      } catch (error) {
        return { copy, epochs: [], unreachable: error instanceof Error ? error.message : String(error) };
      }
    }),
  );
  return Promise.all(
    asked.map(async ({ copy, epochs, ...rest }) => {
      const { dataset, site, store } = copy;
      const others = asked.filter((other) => other.copy.dataset === dataset).flatMap((other) => other.epochs);
      const points = epochs.flatMap((content) => {
        const ended = endOf(content.epoch, others);
        return content.manifests.flatMap(({ manifest }) =>
          manifest ? [pointOf(manifest, content, ended, copy)] : [],
        );
      });
      return { dataset, site, store: store.label, epochs, points: await Promise.all(points), ...rest };
    }),
  );
}

/** When the next epoch began, as far as any copy knows: what an older repository got later is no part of the history. */
function endOf(epoch: number, all: readonly EpochContent[]): Date | undefined {
  const began = all.flatMap((other) =>
    other.epoch > epoch && other.begunAt ? [other.begunAt.getTime()] : [],
  );
  return began.length > 0 ? new Date(Math.min(...began)) : undefined;
}

async function readEpochs(dataset: string, store: ObjectStore): Promise<EpochContent[]> {
  const labels = await store.folders(names.repositoryPrefix(dataset));
  return Promise.all(
    labels.sort().map(async (label) => {
      const epoch = Number(label.slice(1));
      const wal = new Map<string, WalSegment>();
      const conflicting: string[] = [];
      let begunAt: Date | undefined;
      const archive = `${names.repositoryPath(dataset, epoch).slice(1)}/archive/${dataset}/`;
      for await (const { key, modifiedAt } of store.list(archive)) {
        if (!begunAt || modifiedAt < begunAt) begunAt = modifiedAt;
        const name = segmentOf(key);
        if (!name) continue;
        if (wal.has(name)) conflicting.push(name);
        wal.set(name, { name, storedAt: modifiedAt });
      }
      return {
        epoch,
        manifests: await readManifests(store, names.manifestPrefix(dataset, epoch)),
        wal,
        conflicting,
        begunAt,
      };
    }),
  );
}

async function pointOf(
  manifest: NonNullable<ManifestEntry["manifest"]>,
  { wal }: EpochContent,
  ended: Date | undefined,
  { dataset, site, store }: CopyRef,
): Promise<RecoveryPoint> {
  const { takenAt, epoch, sequence, kind, label, startedAt, finishedAt, bytes, source } = manifest;
  const point = { dataset, site, takenAt, epoch, sequence, kind, label, startedAt, finishedAt, bytes };
  const missing = await missingPart(manifest.parts, store);
  if (missing) return { ...point, problem: missing };
  const reach = walReach(wal, source.startWal);
  if (!reach || !reaches(reach, source.stopWal))
    return { ...point, problem: `log that it needs is missing: ${reach?.missing ?? source.startWal}` };
  const { name, storedAt } = reach.last;
  const until = (ended && ended < storedAt ? ended : storedAt).toISOString();
  return { ...point, newestWal: name, ...(until > finishedAt ? { until } : {}) };
}

const reaches = ({ last }: WalReach, stop: string) => last.name.slice(8) >= stop.slice(8);

/** What a manifest promises and the store does not list at that size. */
async function missingPart(
  parts: readonly { readonly key: string; readonly bytes: number }[],
  store: ObjectStore,
): Promise<string | undefined> {
  for (const part of parts) {
    let found: number | undefined;
    for await (const { key, bytes } of store.list(part.key)) if (key === part.key) found = bytes;
    if (found === undefined) return `${part.key} is missing`;
    if (found !== part.bytes) return `${part.key} has ${found} bytes instead of ${part.bytes}`;
  }
  return undefined;
}
