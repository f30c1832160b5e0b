import { randomBytes } from "node:crypto";

import type { VerificationLevel } from "../vault/index.js";

/** What every engine does, whatever kind of data it captures. */

/** A stored piece of a recovery point, as the engine wrote it: encryption is the store's matter. */
export interface Part {
  /** Unique within the point; may hold `/`. */
  readonly name: string;
  readonly bytes: number;
  /** SHA-256 of the content, hexadecimal. */
  readonly sha256: string;
}

/** Where a capture's parts go. */
export interface PartWriter {
  /** For people: where this is. */
  readonly label: string;
  /**
   * Streams a part to where it stays. It counts once this has resolved; content that fails half-way leaves nothing.
   */
  write(name: string, content: AsyncIterable<Uint8Array>): Promise<Part>;
  /** Removes every part of this run: there will be no point. */
  discard(): Promise<void>;
}

/** Where a point's parts come from. */
export interface PartReader {
  /** For people: where this is. */
  readonly label: string;
  /** Streams a part. @throws while it is read, when it is missing or cannot be read */
  read(part: Part): AsyncIterable<Uint8Array>;
}

/** What every engine is told about a run. */
export interface Run {
  /** A folder that exists, for temporary files; those of killed runs are removed by the next. */
  readonly staging: string;
  /** Progress, a line at a time. */
  say(line: string): void;
  /** Ends the run; what it began is undone. @default never */
  readonly signal?: AbortSignal;
  /** Name of the point that is captured, from {@link newLabel}. @default a new one */
  readonly label?: string;
}

/** A point's name: when its capture began, and chance. Sorts by time. */
export const newLabel = (startedAt: Date): string =>
  `${startedAt.toISOString().replace(/[-:]|\.\d+/g, "")}-${randomBytes(4).toString("hex")}`;

/** Something in a point that is not as it should be. */
export interface Fault {
  /** Part, table or assertion. */
  readonly item: string;
  /** For people. */
  readonly message: string;
}

/** A fault as chains and people are told it. */
export const faultInWords = ({ item, message }: Fault): string => `${item}: ${message}`;

/** What a verification found. */
export interface Verdict {
  /** How deep it went: no deeper than where it found something. */
  readonly level: VerificationLevel;
  /** Empty when the point is good, as far as this level sees. */
  readonly faults: readonly Fault[];
  /** What the level could not look at, and why; it is no fault. */
  readonly notes: readonly string[];
}

/** What an engine can do. */
export interface Capabilities {
  /** A capture can hold only what changed since another. */
  readonly incremental: boolean;
  /** Any moment can be restored, not only that of a capture. */
  readonly pointInTime: boolean;
  /** Writers have to stop while it captures. */
  readonly needsQuiescence: boolean;
  /** Its points only ever grow. */
  readonly appendable: boolean;
}

/** What a manifest says of a point, whatever engine took it. */
export interface PointFacts {
  /** Unique within a dataset; sorts by time. */
  readonly label: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** The moment that it holds: nothing that happened later is in it. */
  readonly at: string;
  /** What it was taken from and at which position. */
  readonly source: Readonly<Record<string, string | number | boolean>>;
  readonly tool: { readonly name: string; readonly version: string };
  /** Size of what it was taken from. */
  readonly bytes: number;
  /** Argument lists that restore it from its parts, decrypted, in the present folder, without Secondsite. */
  readonly restore: readonly (readonly string[])[];
}

/**
 * How one kind of data is captured, verified and rebuilt.
 *
 * @typeParam Source where data is captured from
 * @typeParam Point what its manifest says of a point; plain JSON
 * @typeParam Target where a point is restored to
 * @typeParam Restored what a restore tells about itself
 */
export interface Engine<Source, Point, Target, Restored> {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Reads a point's own description back. @throws EngineError (3) when it is none of this engine */
  parse(value: unknown, label: string): Point;
  /** What everybody may know of a point. */
  facts(point: Point): PointFacts;
  /** @throws EngineError; nothing of the capture remains */
  capture(source: Source, parts: PartWriter, run: Run): Promise<Point>;
  verify(point: Point, parts: PartReader, level: VerificationLevel, run: Run): Promise<Verdict>;
  /** Safe to kill and to run again. @throws EngineError; the target is as usable as before */
  restore(point: Point, parts: PartReader, target: Target, run: Run): Promise<Restored>;
}
