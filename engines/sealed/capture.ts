import { names } from "../../plan/index.js";
import {
  type Appended,
  appendEntry,
  type DatasetCopy,
  type EntryContent,
  type KeyProvider,
  namedKey,
  plainOpenCommand,
  type WritingKeys,
  writingKeys,
} from "../../vault/index.js";
import { type Engine, newLabel, type PointFacts, type Run } from "../engine.js";
import { descriptionPart, pointPrefix } from "./layout.js";
import { type SealedLane, sealedWriter } from "./parts.js";

/** What is captured, by what, and where it goes. */
export interface SealedCapture<Source, Point> {
  readonly engine: Pick<Engine<Source, Point, never, unknown>, "capture" | "facts" | "name">;
  readonly source: Source;
  /** How it is taken, in the plan's words: `logical`. */
  readonly kind: string;
  /** Site that takes it. */
  readonly takenAt: string;
  readonly epoch: number;
  /** Label of the point that is about to be restored over the source: this one is a safety backup. @default none */
  readonly before?: string | undefined;
  /** Every copy that is written to at once. */
  readonly copies: readonly DatasetCopy[];
  /** Everybody who shall be able to open it. */
  readonly recipients: readonly KeyProvider[];
}

/** What became of a capture at one copy. */
export interface CopyOutcome {
  readonly site: string;
  /** For people: where it is. */
  readonly store: string;
  /** The point's entry in the copy's chain. */
  readonly appended?: Appended;
  /** Why there is none. */
  readonly failure?: unknown;
}

/** A captured point, and what became of it at each copy. */
export interface SealedPoint {
  readonly facts: PointFacts;
  readonly copies: readonly CopyOutcome[];
}

/**
 * Captures a point into every copy at once. Each is confirmed by itself: parts first, the entry in its chain last, so
 * that what a killed run leaves is no point. A copy that fails keeps none of the others from having it.
 *
 * @throws EngineError or VaultError when no copy has it; nothing of it remains
 */
export async function captureSealed<Source, Point>(
  capture: SealedCapture<Source, Point>,
  run: Run,
): Promise<SealedPoint> {
  const { engine, source, kind, copies, recipients } = capture;
  const startedAt = new Date();
  const keys = await writingKeys(copies, recipients, startedAt);
  const label = newLabel(startedAt);
  const [first] = keys.ready;
  const { plan = "", dataset = "" } = first ?? {};
  const prefix = pointPrefix(dataset, kind, label);
  const writer = sealedWriter({
    stores: keys.ready.map(({ store }) => store),
    prefix,
    key: { ...keys.seal, context: { plan, dataset } },
    signal: run.signal,
  });
  const point = await engine.capture(source, writer, { ...run, label });
  const facts = engine.facts(point);
  try {
    await writer.write(descriptionPart, text(point));
  } catch (error) {
    await writer.discard();
    throw error;
  }
  const done = await Promise.all(
    keys.ready.map(async (copy, index): Promise<CopyOutcome> => {
      const at = { site: copy.site, store: copy.store.label };
      const lane = writer.lanes[index];
      if (!lane || lane.failure !== undefined) return { ...at, failure: lane?.failure };
      try {
        return { ...at, appended: await complete(capture, { copy, lane, keys, prefix, facts }) };
      } catch (failure) {
        return { ...at, failure };
      }
    }),
  );
  const refused = keys.refused.map(({ copy, failure }) => ({
    ...{ site: copy.site, store: copy.store.label },
    failure,
  }));
  return { facts, copies: [...done, ...refused] };
}

interface Finished {
  readonly copy: DatasetCopy;
  readonly lane: SealedLane;
  readonly keys: WritingKeys;
  readonly prefix: string;
  readonly facts: PointFacts;
}

/** Writes the entry, last: from here on there is a point. */
async function complete(
  {
    kind,
    takenAt,
    epoch,
    before,
  }: Pick<SealedCapture<never, never>, "kind" | "takenAt" | "epoch" | "before">,
  { copy, lane, keys, prefix, facts }: Finished,
): Promise<Appended> {
  const { plan, dataset, site, store } = copy;
  const { data, signing } = keys;
  const fetched = { key: "key.json", sealed: "sealed" };
  const opened = plainOpenCommand(data.document, { ...fetched, identity: "recovery.txt", target: "." });
  const content: EntryContent = {
    ...{ entry: "point", plan, dataset, site, epoch, takenAt, kind },
    ...{ label: facts.label, startedAt: facts.startedAt, finishedAt: facts.finishedAt },
    source: { ...facts.source, at: facts.at },
    tool: facts.tool,
    keys: [data, signing].map(namedKey),
    ...(before === undefined ? {} : { before }),
    bytes: { source: facts.bytes, stored: lane.stored.reduce((sum, { bytes }) => sum + bytes, 0) },
    parts: lane.stored.map(({ key, bytes, sha256: hash }) => ({ key, bytes, sha256: hash })),
    restore: [
      store.plainFetch.object(data.object, fetched.key),
      store.plainFetch.folder(prefix, fetched.sealed),
      ...(opened ? [opened] : []),
      ...facts.restore.map((command) => [...command]),
    ],
  };
  return appendEntry(store, names.manifestPrefix(dataset, epoch), content, keys.signer);
}

async function* text(value: unknown): AsyncGenerator<Buffer> {
  yield Buffer.from(`${JSON.stringify(value)}\n`);
}
