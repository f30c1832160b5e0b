import type { ObjectStore, StoredObject } from "../object-store.js";
import type { CapabilityTable } from "./capabilities.js";
import type { PlainFetch } from "./plain-fetch.js";

/** Something that once lay, or lies, under a key. */
export interface ObjectVersion extends StoredObject {
  /** The store's own name of it. */
  readonly version: string;
  /** It is what a plain read gets. */
  readonly latest: boolean;
  /** It is no object but the mark of a deletion. */
  readonly deleted: boolean;
}

/** What an upload wrote, as computed on the way; the store confirmed it. */
export interface Uploaded {
  readonly key: string;
  readonly bytes: number;
  /** SHA-256 of the whole object, hexadecimal. */
  readonly sha256: string;
  /** Parts that were there already from an upload that was cut off. */
  readonly resumedParts: number;
}

/** How an object is uploaded. */
export interface UploadOptions {
  /** The key must not be there yet. @default true */
  readonly createOnly?: boolean;
  /**
   * Carries on an upload of this key that was cut off, and leaves one behind when it fails itself. Parts that
   * are there already are compared by checksum, not sent again; the source is read from its beginning.
   *
   * @default false: a failed upload is aborted
   */
  readonly resume?: boolean;
  /** Size of the source as far as known, in bytes: decides the size of parts. @default unknown: parts of 16 MiB, larger ones after 84 GB */
  readonly expectedBytes?: number;
  readonly signal?: AbortSignal;
}

/** An upload that never ended. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly id: string;
  readonly startedAt: Date;
}

/** Where one copy of recovery points lives, whatever it is made of. What it cannot do, it refuses. */
export interface Store extends ObjectStore {
  /** What its configuration says that it can do. */
  readonly declared: CapabilityTable;
  /** How its objects are fetched without Secondsite. */
  readonly plainFetch: PlainFetch;
  /** Finds out by doing what it can do; leaves nothing behind that can be removed. */
  probe(): Promise<CapabilityTable>;
  /** Writes an object, there or not. */
  put(key: string, body: string | Uint8Array): Promise<void>;
  /** Size and date of an object; undefined when there is none. */
  head(key: string, version?: string): Promise<StoredObject | undefined>;
  /**
   * An object's bytes, in bounded memory. A connection that breaks is taken up where it broke.
   *
   * @throws VaultError when there is none, or when it changes meanwhile
   */
  read(key: string, version?: string): AsyncIterable<Uint8Array>;
  /** Content of one version; undefined when there is none. */
  getVersion(key: string, version: string): Promise<Uint8Array | undefined>;
  /** Streams an object of any size into the store, in bounded memory, checked end to end. */
  upload(key: string, source: AsyncIterable<Uint8Array>, options?: UploadOptions): Promise<Uploaded>;
  /** Uploads under a prefix that never ended. */
  uploads(prefix: string): AsyncIterable<UnfinishedUpload>;
  /** Ends an unfinished upload and frees what it holds. */
  abort(upload: UnfinishedUpload): Promise<void>;
  /** Deletes an object; one that is not there is no error. Where there are versions it sets a mark. */
  delete(key: string): Promise<void>;
  /** Everything that ever lay under a prefix: by key, newest first. */
  versions(prefix: string): AsyncIterable<ObjectVersion>;
  /** Keeps a version from being deleted before a date; never shortens. */
  lock(key: string, version: string, until: Date): Promise<void>;
  /** Until when a version is locked; undefined when it is not. */
  lockedUntil(key: string, version: string): Promise<Date | undefined>;
  /** Whether a version can be locked at all: a bucket may be made otherwise than its kind of store is declared. */
  lockable(key: string, version: string): Promise<boolean>;
}
