import { z } from "zod";

import { EngineError } from "../errors.js";
import type { StateBackend } from "./backend.js";
import { listBackend, markerKey, metaKey, versionOf } from "./layout.js";

/** Where stacks are restored to. */
export interface StateTarget {
  readonly backend: StateBackend;
  /** `<project>/<stack>`, or the stack's name alone where only one has it. @default every stack of the point */
  readonly stacks?: readonly string[] | undefined;
}

/** Lies in a backend while it is being filled: whose stacks they are that are there already. */
const marker = z.object({ label: z.string(), stacks: z.array(z.string()) });
export type RestoreMarker = z.infer<typeof marker>;

/**
 * Looks whether a backend can take stacks; nothing is touched.
 *
 * @returns whether a restore of the same that was broken off is to be carried on
 * @throws EngineError (2) when one of them is there, another restore is unfinished, or the layout is another
 */
export async function requireFree(
  { url, store }: StateBackend,
  { label, stacks }: RestoreMarker,
): Promise<boolean> {
  const meta = await store.get(metaKey);
  const listing = await listBackend(store);
  const version = meta && versionOf(meta);
  if (meta ? version !== "1" : listing.legacy.length > 0)
    throw new EngineError(
      meta
        ? `${metaKey} at ${url} says version ${version ?? "nothing"}; known is version 1`
        : `${url} has the layout before version 1: ${listing.legacy.join(", ")}`,
      2,
      "restore into another backend",
    );
  const unfinished = await store.get(markerKey);
  if (unfinished) {
    const begun = marker.safeParse(json(unfinished));
    const same = begun.success && begun.data.label === label && sameNames(begun.data.stacks, stacks);
    if (same) return true;
    const what = begun.success ? `${begun.data.stacks.join(", ")} from ${begun.data.label}` : "something";
    throw new EngineError(
      `a restore of ${what} into ${url} was broken off`,
      2,
      `finish it first, or delete ${markerKey} there and what it wrote`,
    );
  }
  const wanted = new Set(stacks);
  const there = listing.stacks.filter(({ stack }) => wanted.has(stack)).map(({ stack }) => stack);
  if (there.length === 0) return false;
  throw new EngineError(
    `${url} holds already ${there.join(", ")}: nothing is overwritten`,
    2,
    "restore into another backend, or choose others with --stack",
  );
}

/**
 * The stacks that are meant by their names.
 *
 * @throws EngineError (2) that says what there is, for a name of none or of several
 */
export function stacksNamed(all: readonly string[], wanted: readonly string[] | undefined): string[] {
  if (wanted === undefined || wanted.length === 0) return [...all];
  const named = wanted.map((name) => {
    const found = all.filter((stack) => stack === name || stack.endsWith(`/${name}`));
    const [one, other] = found;
    if (one !== undefined && other === undefined) return one;
    throw new EngineError(
      one === undefined
        ? `the point holds no stack "${name}"; it holds ${all.join(", ")}`
        : `the point holds several stacks "${name}": ${found.join(", ")}`,
      2,
      "--stack <project>/<stack>",
    );
  });
  return [...new Set(named)];
}

const sameNames = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((name) => other.includes(name));

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}
