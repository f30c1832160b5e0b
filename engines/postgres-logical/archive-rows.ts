import { type Fingerprint, LargeObjectSums, RowSums } from "../comparison/index.js";
import { type ArchiveContents, archiveContents, archiveInteger, UnknownArchive } from "./archive-contents.js";

/** What a dump holds, as hashes that compare with those of a database. */
export interface DumpedContent {
  /** By the server's number of the table. */
  readonly tables: ReadonlyMap<string, RowSums>;
  readonly largeObjects: Fingerprint;
}

/** Something that takes the bytes of one table, or of one large object. */
interface Taker {
  add(bytes: Buffer, from: number, to: number): void;
  end(): void;
}

/** Kinds of block in the custom format. */
const blocks = { rows: 1, largeObjects: 3 };

/**
 * Hashes the rows and large objects of a dump in the custom format, as it streams by: the snapshot need not be read a
 * second time. The dump must not be compressed.
 *
 * A block is its kind, a number, and pieces of data with their lengths before them, until a piece without length. One
 * of large objects holds such a list for each of them, under its own number, until a number of zero.
 */
export class ArchiveRows {
  readonly #tables = new Map<string, RowSums>();
  readonly #largeObjects = new LargeObjectSums();
  #contents: ArchiveContents | undefined;
  /** What is expected next. */
  #state: "contents" | "block" | "object" | "length" | "data" = "contents";
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes of contents at which it is worth another try to read them. */
  #enough = 0;
  #taker: Taker | undefined;
  #inObjects = false;
  #left = 0;

  /** Takes the next bytes of the archive, cut anywhere. @throws UnknownArchive, and when the archive is broken */
  add(chunk: Buffer): void {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const at = this.#state === "contents" ? this.#takeContents(bytes) : this.#takeBlocks(bytes, 0);
    this.#rest = bytes.subarray(at);
  }

  /** What it was; undefined when it ended in the middle. */
  end(): DumpedContent | undefined {
    if (this.#state !== "block" || this.#rest.length > 0) return undefined;
    return { tables: this.#tables, largeObjects: this.#largeObjects.fingerprint() };
  }

  #takeContents(bytes: Buffer): number {
    if (bytes.length < this.#enough) return 0;
    this.#contents = archiveContents(bytes);
    if (!this.#contents) {
      // Contents of many tables come in many pieces: read from the beginning for each, they would take for ever.
      this.#enough = 2 * bytes.length;
      return 0;
    }
    this.#state = "block";
    return this.#takeBlocks(bytes, this.#contents.bytes);
  }

  #takeBlocks(bytes: Buffer, from: number): number {
    const integer = this.#contents?.integer ?? 0;
    for (let at = from; ; ) {
      if (this.#state === "data") {
        const end = Math.min(at + this.#left, bytes.length);
        this.#taker?.add(bytes, at, end);
        this.#left -= end - at;
        at = end;
        if (this.#left > 0) return at;
        this.#state = "length";
      }
      const needed = this.#state === "block" ? 1 + integer : integer;
      if (at + needed > bytes.length) return at;
      const value = archiveInteger(bytes, at + needed - integer, integer);
      if (this.#state === "block") this.#beginBlock(bytes[at] ?? 0, value);
      else if (this.#state === "object") this.#beginObject(value);
      else this.#beginPiece(value);
      at += needed;
    }
  }

  #beginBlock(kind: number, id: number): void {
    if (kind === blocks.rows) {
      const oid = this.#contents?.tables.get(id);
      // A number that is in no table of contents: whatever it is, it is not understood.
      if (oid === undefined) throw new UnknownArchive(`the archive holds rows of no table (${id})`);
      const rows = new RowSums();
      this.#tables.set(oid, rows);
      this.#taker = { add: (bytes, from, to) => rows.add(bytes, from, to), end: () => undefined };
      this.#state = "length";
    } else if (kind === blocks.largeObjects) {
      this.#inObjects = true;
      this.#state = "object";
    } else throw new UnknownArchive(`the archive holds a block of kind ${kind}`);
  }

  #beginObject(oid: number): void {
    if (oid === 0) {
      this.#inObjects = false;
      this.#state = "block";
      return;
    }
    // Numbers beyond 2^31 are written as negative ones.
    this.#taker = this.#largeObjects.begin(oid >>> 0);
    this.#state = "length";
  }

  #beginPiece(length: number): void {
    this.#left = length;
    this.#state = length > 0 ? "data" : this.#inObjects ? "object" : "block";
    if (length > 0) return;
    this.#taker?.end();
    this.#taker = undefined;
  }
}
