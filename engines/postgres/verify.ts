import { names } from "../../plan/index.js";
import { digest, manifestKey } from "../../vault/index.js";
import { isGood, newestFirst, type RecoveryPoint } from "./points.js";
import type { Copy, CopyRef, EpochContent } from "./points-copies.js";
import { walReach } from "./points-wal.js";

/** Something in a copy that is not as it was stored. */
export interface Damage {
  readonly dataset: string;
  readonly site: string;
  readonly epoch: number;
  /** Key of the object, or name of the segment. */
  readonly object: string;
  readonly problem: string;
  /** Point that it belongs to; absent where it belongs to several. */
  readonly label?: string;
  /** The newest good point that is older, at whichever copy. */
  readonly instead?: { readonly label: string; readonly site: string };
}

/** What was looked at in one copy. */
export interface Verified {
  readonly dataset: string;
  readonly site: string;
  readonly unreachable?: string;
  readonly manifests: number;
  readonly parts: number;
  readonly segments: number;
  readonly damage: readonly Damage[];
}

/**
 * Verifies what is stored, from anywhere and without a key: the manifests' chain, every part's checksum, and the log's
 * continuity. That the backups' own files are whole takes the repository's passphrase: that is the structural level.
 *
 * @param logKept how many of the newest backups have their log kept: before that, gaps are how retention works
 */
export async function verifyStored(copy: Copy, { store }: CopyRef, logKept: number): Promise<Verified> {
  const { dataset, site } = copy;
  const damage: Damage[] = [];
  let parts = 0;
  for (const content of copy.epochs) {
    const where = { dataset, site, epoch: content.epoch };
    damage.push(...chain(content, copy).map((found) => ({ ...where, ...found })));
    for (const { manifest } of content.manifests)
      for (const part of manifest?.parts ?? []) {
        parts += 1;
        const body = await store.get(part.key);
        const problem = !body
          ? "it is missing"
          : digest(body) === part.sha256
            ? undefined
            : "its content is not what was stored: the checksum differs";
        if (problem && manifest) damage.push({ ...where, object: part.key, label: manifest.label, problem });
      }
    damage.push(...log(content, logKept).map((found) => ({ ...where, ...found })));
  }
  return {
    ...{ dataset, site, parts, damage },
    ...(copy.unreachable === undefined ? {} : { unreachable: copy.unreachable }),
    manifests: copy.epochs.reduce((sum, { manifests }) => sum + manifests.length, 0),
    segments: copy.epochs.reduce((sum, { wal }) => sum + wal.size, 0),
  };
}

type Found = Pick<Damage, "object" | "problem"> & { readonly label?: string };

/** Numbers without a gap, each manifest naming the one before, each where it belongs. */
export function chain(
  { epoch, manifests }: EpochContent,
  { dataset, site }: Pick<Copy, "dataset" | "site">,
): Found[] {
  const prefix = names.manifestPrefix(dataset, epoch);
  return manifests.flatMap(({ key, manifest, problem }, index): Found[] => {
    if (!manifest) return [{ object: key, problem: problem ?? "it is no manifest" }];
    const before = manifests[index - 1];
    const wrong = [
      key === manifestKey(prefix, manifest.sequence)
        ? undefined
        : `it says it is number ${manifest.sequence}`,
      manifest.sequence === (before ? numberOf(before.key) : 0) + 1
        ? undefined
        : `number ${(before ? numberOf(before.key) : 0) + 1} is missing before it`,
      manifest.previous === before?.sha256 ? undefined : "it does not follow the manifest before it",
      manifest.dataset === dataset && manifest.site === site && manifest.epoch === epoch
        ? undefined
        : `it belongs to "${manifest.dataset}" at "${manifest.site}", epoch ${manifest.epoch}`,
    ].filter((one) => one !== undefined);
    return wrong.map((one) => ({ object: key, problem: one, label: manifest.label }));
  });
}

const numberOf = (key: string) => Number(/(\d{8})\.json$/.exec(key)?.[1] ?? 0);

/** One segment of each name, and none missing from the oldest backup whose log is kept until the newest. */
export function log({ manifests, wal, conflicting }: EpochContent, kept: number): Found[] {
  const sources = manifests.flatMap(({ manifest }) => (manifest ? [manifest] : [])).slice(-kept);
  const missing = new Map<string, string>();
  for (const { source, label } of sources) {
    const gap = wal.has(source.startWal) ? walReach(wal, source.startWal)?.missing : source.startWal;
    if (gap) missing.set(gap, label);
  }
  return [
    ...conflicting.map((object) => ({
      object,
      problem: "it is stored twice with different content: two writers",
    })),
    ...[...missing].map(([object, label]) => ({
      ...{ object, label },
      problem: "it is missing: no moment after the one before it can be restored from this point",
    })),
  ];
}

/** Names for each damaged point the newest good one that is older, at any copy. */
export function withAlternatives(
  verified: readonly Verified[],
  points: readonly RecoveryPoint[],
): Verified[] {
  const damaged = (point: RecoveryPoint) =>
    verified.some(({ site, damage }) =>
      damage.some((one) => one.label === point.label && site === point.site && one.epoch === point.epoch),
    );
  const good = newestFirst(points.filter((point) => isGood(point) && !damaged(point)));
  return verified.map((one) => ({
    ...one,
    damage: one.damage.map((each) => {
      const own = points.find(({ label, site }) => label === each.label && site === each.site);
      const older = good.find(
        ({ dataset, finishedAt }) => dataset === each.dataset && (!own || finishedAt < own.finishedAt),
      );
      return older ? { ...each, instead: { label: older.label, site: older.site } } : each;
    }),
  }));
}
