import { LargeObjectSums, RowSums } from "../comparison/index.js";
import { archiveContents, UnknownArchive } from "./archive-contents.js";
import type { DumpedContent } from "./archive-rows.js";
import { Watched } from "./watched.js";

/** Name of the file that says what the others hold. */
const contentsFile = "toc.dat";

/** Hashes the rows and large objects of a dump in the directory format, file by file, as they go by. */
export class DirectoryRows {
  /** By the dump's own number of the table. */
  readonly #rows = new Map<number, RowSums>();
  readonly #largeObjects = new LargeObjectSums();
  readonly #contents: Buffer[] = [];
  readonly #watched: Watched[] = [];

  /** Looks at one file as it streams by. @param name of the file */
  through(name: string, content: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    const [, table] = /^(\d+)\.dat$/.exec(name) ?? [];
    const [, object] = /^blob_(\d+)\.dat$/.exec(name) ?? [];
    if (table !== undefined) {
      const rows = new RowSums();
      this.#rows.set(Number(table), rows);
      return this.#watch({ add: (bytes) => rows.add(bytes) }, content);
    }
    if (object !== undefined) return this.#largeObject(Number(object), content);
    if (name !== contentsFile) return content;
    return this.#watch({ add: (bytes) => void this.#contents.push(bytes) }, content);
  }

  /** What it was; undefined when it was not understood. */
  end(): DumpedContent | undefined {
    if (this.#watched.some(({ failure }) => failure !== undefined)) return undefined;
    try {
      const contents = archiveContents(Buffer.concat(this.#contents));
      if (!contents) return undefined;
      const tables = [...this.#rows].map(([id, rows]) => [contents.tables.get(id) ?? "", rows] as const);
      return { tables: new Map(tables), largeObjects: this.#largeObjects.fingerprint() };
    } catch (error) {
      if (error instanceof UnknownArchive) return undefined;
      throw error;
    }
  }

  #watch(watcher: { add(bytes: Buffer): void }, content: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    const watched = new Watched(watcher);
    this.#watched.push(watched);
    return watched.through(content);
  }

  async *#largeObject(oid: number, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const hash = this.#largeObjects.begin(oid);
    yield* this.#watch(hash, content);
    hash.end();
  }
}
