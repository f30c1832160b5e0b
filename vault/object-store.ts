/** Small objects that are read side by side: each is a round trip, and the SDK's clients have 50 connections. */
export const readsAtOnce = 32;

/** An object as a listing shows it. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** Where one copy of recovery points lives. */
export interface ObjectStore {
  /** For people: where this is. */
  readonly label: string;
  /** Content of an object; undefined when there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Writes an object that must not be there yet. @returns false when it was there already. */
  create(key: string, body: string | Uint8Array): Promise<boolean>;
  /** Objects under a prefix, in key order. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Names directly below a prefix that ends with `/`, without it and without their own `/`. */
  folders(prefix: string): Promise<string[]>;
}
