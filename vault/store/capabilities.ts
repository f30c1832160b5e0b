import { VaultError } from "../errors.js";

/** What a store may be able to do; every answer is declared by its configuration and found out by `probe`. */
export const capabilities = [
  "conditional-create",
  "checksums",
  "versioning",
  "list-versions",
  "version-times",
  "lock",
  "list-uploads",
] as const;

/**
 * - `conditional-create`: of many who create a key, one wins and the others are told
 * - `checksums`: the store refuses a body whose checksum differs from the one sent along
 * - `versioning`: what is overwritten or deleted can still be read
 * - `list-versions`: all that ever lay under a key is listed, newest first
 * - `version-times`: each of these with when it was written; some stores date it by when it was superseded
 * - `lock`: a version can be kept from being deleted until a date
 * - `list-uploads`: unfinished uploads are listed under any prefix, so that what a crash left is found
 */
export type Capability = (typeof capabilities)[number];

/** A yes or no for every capability. */
export type CapabilityTable = Readonly<Record<Capability, boolean>>;

/** Everything. AWS S3 with versioning and Object Lock. */
export const fullyCapable: CapabilityTable = {
  "conditional-create": true,
  checksums: true,
  versioning: true,
  "list-versions": true,
  "version-times": true,
  lock: true,
  "list-uploads": true,
};

/** Something was asked of a store that it cannot do: exit code 2, since another store or plan is needed. */
export class UnsupportedByStore extends VaultError {
  override readonly exitCode = 2;
  constructor(
    readonly capability: Capability,
    store: string,
    what: string,
  ) {
    super(
      `${what} needs "${capability}", which ${store} does not have`,
      "secondsite points at a store that has it, or the plan has to do without",
    );
  }
}

/** @throws UnsupportedByStore unless the table says yes. */
export function needs(table: CapabilityTable, capability: Capability, store: string, what: string): void {
  if (!table[capability]) throw new UnsupportedByStore(capability, store, what);
}

/** That a bucket locks nothing, whatever its kind of store is declared to do. */
export const locksNothing = (store: string): VaultError =>
  new VaultError(
    `the bucket of ${store} was made without Object Lock, and locks nothing`,
    "a bucket is made with it: aws s3api create-bucket --object-lock-enabled-for-bucket; copies begin anew there",
  );
