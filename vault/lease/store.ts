import { LeaseStoreError } from "./errors.js";
import { type LeaseRecord, parseRecord } from "./record.js";

/** What a read found. `denied`: refused, or absent where only those who may list are told so. */
export type StoredLease =
  | { readonly kind: "present"; readonly etag: string; readonly text: string }
  | { readonly kind: "absent" | "denied" };

/** What has to hold for a write to be done. */
export type WriteCondition = { readonly ifMatch: string } | { readonly ifNoneMatch: "*" };

/** `conflict`: the condition did not hold, nothing was written by this request. */
export type WriteResult = { readonly kind: "stored"; readonly etag: string } | { readonly kind: "conflict" };

/**
 * One object with atomic conditional writes and reads that see every completed write.
 *
 * Both calls reject when the outcome is unknown (time-out, connection lost, server error); a write may then
 * have happened, or happen later.
 */
export interface LeaseStore {
  get(signal?: AbortSignal): Promise<StoredLease>;
  put(text: string, condition: WriteCondition, signal?: AbortSignal): Promise<WriteResult>;
}

/** A lease as a command sees it. */
export interface ObservedLease {
  readonly etag: string;
  readonly record: LeaseRecord;
}

/**
 * Reads the lease once, for commands that only look.
 *
 * @returns undefined when there is none yet.
 * @throws LeaseStoreError when it is no lease, or cannot be told apart from one that may not be read.
 */
export async function readLease(store: LeaseStore, signal?: AbortSignal): Promise<ObservedLease | undefined> {
  const found = await store.get(signal);
  if (found.kind === "present") return { etag: found.etag, record: parseRecord(found.text) };
  if (found.kind === "absent") return undefined;
  throw new LeaseStoreError(
    "the lease object is absent, or reading it is refused",
    "check s3:GetObject on the lease's key; with s3:ListBucket an absent object is reported as absent",
  );
}
