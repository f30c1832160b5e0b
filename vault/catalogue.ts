import { VaultError } from "./errors.js";
import type { Manifest } from "./manifest.js";
import { digest, formatManifest, manifestKey, parseManifest } from "./manifest.js";
import type { ObjectStore } from "./object-store.js";

/** A manifest as found in a store. */
export interface CataloguedPoint {
  readonly key: string;
  readonly manifest: Manifest;
  /** SHA-256 of the manifest as stored. */
  readonly sha256: string;
}

/** Every recovery point under a prefix, oldest first: the catalogue is this listing, there is no database to lose. */
export async function cataloguedPoints(store: ObjectStore, prefix: string): Promise<CataloguedPoint[]> {
  const points: CataloguedPoint[] = [];
  for await (const { key } of store.list(prefix)) {
    const body = await store.get(key);
    if (!body) continue;
    const text = Buffer.from(body).toString("utf8");
    points.push({ key, manifest: parseManifest(text, `${key} at ${store.label}`), sha256: digest(text) });
  }
  return points;
}

/** A manifest's object, whatever is in it. */
export interface ManifestEntry {
  readonly key: string;
  /** SHA-256 of the object as stored. */
  readonly sha256: string;
  readonly manifest?: Manifest;
  /** Why it is no manifest. */
  readonly problem?: string;
}

/** Every manifest under a prefix, oldest first; one that cannot be read says so and hides no other. */
export async function readManifests(store: ObjectStore, prefix: string): Promise<ManifestEntry[]> {
  const entries: ManifestEntry[] = [];
  for await (const { key } of store.list(prefix)) {
    const body = await store.get(key);
    if (!body) continue;
    const text = Buffer.from(body).toString("utf8");
    const entry = { key, sha256: digest(text) };
    try {
      entries.push({ ...entry, manifest: parseManifest(text, `${key} at ${store.label}`) });
    } catch (error) {
      if (!(error instanceof VaultError)) throw error;
      entries.push({ ...entry, problem: error.message });
    }
  }
  return entries;
}

/**
 * Adds a recovery point as the newest of its chain.
 *
 * Two writers never share a number: the key is created, not overwritten, and the loser links to the winner.
 */
export async function appendManifest(
  store: ObjectStore,
  prefix: string,
  build: (link: { sequence: number; previous?: string }) => Manifest,
): Promise<CataloguedPoint> {
  for (;;) {
    const last = (await cataloguedPoints(store, prefix)).at(-1);
    const sequence = (last?.manifest.sequence ?? 0) + 1;
    const manifest = build({ sequence, ...(last ? { previous: last.sha256 } : {}) });
    const key = manifestKey(prefix, sequence);
    const text = formatManifest(manifest);
    if (await store.create(key, text)) return { key, manifest, sha256: digest(text) };
  }
}
