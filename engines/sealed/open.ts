import { openKey, ringKey, VaultError } from "../../vault/index.js";
import type { Engine, PartReader } from "../engine.js";
import { EngineError } from "../errors.js";
import { descriptionPart, pointPrefix } from "./layout.js";
import { sealedReader } from "./parts.js";
import type { FoundPoint } from "./points.js";

/** A point that can be read. */
export interface OpenedPoint<Point> {
  readonly point: Point;
  readonly parts: PartReader;
}

/**
 * Opens a point: its key, and what the engine wrote about it.
 *
 * @throws VaultError before anything else is touched, when no key at hand opens it or a part is damaged
 */
export async function openPoint<Point>(
  { copy, point }: Pick<FoundPoint, "copy" | "point">,
  engine: Pick<Engine<never, Point, never, unknown>, "parse">,
): Promise<OpenedPoint<Point>> {
  const { plan, dataset, store, ring } = copy;
  const [named] = point.keys ?? [];
  if (!named) throw new VaultError(`${point.label} at ${store.label} names no key that it was sealed with`);
  const key = await ringKey(ring, named.id);
  if (key.sha256 !== named.sha256)
    throw new VaultError(
      `${key.object} at ${store.label} is another key than the one ${point.label} was sealed with`,
    );
  const secret = await openKey(ring, key);
  const prefix = pointPrefix(dataset, point.kind, point.label);
  const parts = sealedReader({ store, prefix, key: { id: key.id, secret, context: { plan, dataset } } });
  return { point: engine.parse(await described(parts), `${prefix}${descriptionPart}`), parts };
}

async function described(parts: PartReader): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts.read({ name: descriptionPart, bytes: 0, sha256: "" })) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString("utf8");
  try {
    return JSON.parse(text);
  } catch {
    throw new EngineError(`${descriptionPart} at ${parts.label} is no description of a point`, 3);
  }
}
