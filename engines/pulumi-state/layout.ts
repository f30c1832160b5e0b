import type { StateStore } from "./backend.js";

/**
 * How Pulumi lays out a self-managed backend, version 1: https://github.com/pulumi/pulumi/tree/master/pkg/backend/diy
 * (read 2026-11-28). A stack is one object, `.pulumi/stacks/<project>/<stack>.json`, compressed or not; each update
 * replaces it as a whole.
 */

/** Says the layout's version. Pulumi makes it where it is missing. */
export const metaKey = ".pulumi/meta.yaml";
const stacksPrefix = ".pulumi/stacks/";
/** Lies there while stacks are being restored; Pulumi takes no notice of it. */
export const markerKey = ".pulumi/secondsite-restore.json";
const locksPrefix = ".pulumi/locks/";

/** A stack's checkpoint, as a backend lists it. */
export interface StackObject {
  /** As Pulumi names it everywhere: `organization/<project>/<stack>`. */
  readonly stack: string;
  readonly key: string;
  /** Key of its tags. @default none */
  readonly tags?: string;
}

/** What a backend holds. */
export interface BackendListing {
  /** By key. */
  readonly stacks: readonly StackObject[];
  /** Stacks that an update holds a lock on. */
  readonly locked: readonly string[];
  /** Stacks of the layout before version 1, by key. */
  readonly legacy: readonly string[];
}

const name = "[A-Za-z0-9_.][A-Za-z0-9_.-]*";
const checkpointKey = new RegExp(`^(${name})/(${name})\\.json(?:\\.gz|\\.zst)?$`);
const legacyKey = new RegExp(`^${name}\\.json(?:\\.gz|\\.zst)?$`);
const lockKey = new RegExp(`^(organization/${name}/${name})/[^/]+\\.json$`);

/** What the layout's version is said to be; undefined when nothing says so. */
export const versionOf = (meta: Uint8Array): string | undefined =>
  /^version:\s*(\d+)\s*$/m.exec(Buffer.from(meta).toString("utf8"))?.[1];

/** Lists a backend. */
export async function listBackend(store: Pick<StateStore, "list">): Promise<BackendListing> {
  const newest = new Map<string, { readonly key: string; readonly modifiedAt: Date }>();
  const tags = new Set<string>();
  const legacy: string[] = [];
  for await (const { key, modifiedAt } of store.list(stacksPrefix)) {
    const below = key.slice(stacksPrefix.length);
    if (below.endsWith(tagsSuffix)) tags.add(key);
    if (legacyKey.test(below)) legacy.push(key);
    const [, project, stack] = checkpointKey.exec(below) ?? [];
    if (project === undefined || stack === undefined) continue;
    const id = `organization/${project}/${stack}`;
    const before = newest.get(id);
    // While a stack's compression changes both are there; Pulumi reads the one that was written last.
    if (!before || modifiedAt >= before.modifiedAt) newest.set(id, { key, modifiedAt });
  }
  const locked = new Set<string>();
  for await (const { key } of store.list(locksPrefix)) {
    const [, stack] = lockKey.exec(key.slice(locksPrefix.length)) ?? [];
    if (stack !== undefined) locked.add(stack);
  }
  const stacks = [...newest].map(([stack, { key }]): StackObject => {
    const own = tagsOf(key);
    return { stack, key, ...(tags.has(own) ? { tags: own } : {}) };
  });
  return { stacks: stacks.sort((a, b) => (a.key < b.key ? -1 : 1)), locked: [...locked], legacy };
}

const tagsSuffix = ".pulumi-tags";
const tagsOf = (key: string) => key.replace(/\.json(?:\.gz|\.zst)?$/, tagsSuffix);

/** Whether an object is listed. */
export async function isListed(store: Pick<StateStore, "list">, wanted: string): Promise<boolean> {
  for await (const { key } of store.list(wanted)) if (key === wanted) return true;
  return false;
}
