export { type AnchorPlace, type FoundAnchor, readAnchors, writeAnchor } from "./audit/anchor.js";
export { type AuditFault, anchoredUpTo, checkAudit } from "./audit/check.js";
export { type AuditPlaces, type Kept, keepRecord } from "./audit/keep.js";
export { type AuditLog, appendRecord, type FoundRecord, readLog } from "./audit/log.js";
export type { AuditContent, AuditRecord, AuditWho } from "./audit/record.js";
export { withoutSecrets } from "./audit/redact.js";
export { type Spool, spoolAt, type Waiting } from "./audit/spool.js";
export { catalogueOf, chainsOf, type FoundChain } from "./chain/catalogue.js";
export { type Appended, appendEntry, type FoundEntry, readChain } from "./chain/chain.js";
export { type ChainExpectation, type ChainFault, headFault, judgeChain } from "./chain/check.js";
export type { ChainEntry, EntryContent, Part, PointEntry, Reference } from "./chain/entry.js";
export { type HeadCopy, keepHeads, knownHeads } from "./chain/heads.js";
export { extendLocks, type LockNeed, type LockReach, type LocksExtended } from "./chain/locks.js";
export { damagedParts, missingParts, type PartFault } from "./chain/parts.js";
export {
  type ChainPoint,
  type Hold,
  holdsIn,
  isVerified,
  keptBecause,
  lastFault,
  livePoints,
  type PointVerification,
  removedPoints,
  type VerificationLevel,
  verificationsIn,
} from "./chain/points.js";
export { type Signer, signerOf } from "./chain/signer.js";
export { type Access, placesGiven } from "./copies/access.js";
export { type BucketPlace, type CopyPlace, copyPlace, credentialsOf } from "./copies/copy-place.js";
export { copyStore } from "./copies/copy-store.js";
export { copyAt, type DatasetCopy, recipientsOf } from "./copies/dataset-copy.js";
export { provenStore } from "./copies/proven-store.js";
export {
  type Lacking,
  lackingAt,
  layRewrapped,
  type Rewrapped,
  rewrapped,
  secretsOf,
} from "./copies/rewrap-keys.js";
export { proveRecipients, type RotatedKey, rotateAt } from "./copies/rotate-keys.js";
export { type SigningKeys, signingKeys, type WritingKeys, writingKeys } from "./copies/writing-keys.js";
export { open, type SealKey, seal } from "./envelope/envelope.js";
export { type PlainOpenFiles, plainOpenCommand } from "./envelope/plain-commands.js";
export { VaultError, wordsOf } from "./errors.js";
export {
  type JobLease,
  type JobLeaseArgs,
  JobLeaseHeld,
  releaseJobLeases,
  takeJobLease,
  withJobLease,
} from "./job-lease/job-lease.js";
export { ageIdentity, ageRecipient } from "./keys/age.js";
export type { KeptSecret } from "./keys/kept-secrets.js";
export {
  currentKey,
  type KeyPurpose,
  type KeyRing,
  keyIds,
  keyObject,
  type NamedKey,
  namedKey,
  newestKey,
  onlySigns,
  type RingKey,
  ringKey,
  ringKeys,
  rotateKey,
} from "./keys/key-ring.js";
export { type KmsKey, kmsProvider } from "./keys/kms.js";
export { openKey, openSigningKey } from "./keys/open-key.js";
export type { KeyContext, KeyProvider } from "./keys/provider.js";
export { isWrappedFor } from "./keys/rewrapping.js";
export { fingerprintOf, signersAmong, signersIn, type TrustedSigners } from "./keys/signers.js";
export { digest, type Manifest, manifestKey } from "./manifest.js";
export type { ObjectStore, StoredObject } from "./object-store.js";
export { newPassphrase, unwrapPassphrase } from "./passphrase.js";
export { schemaWords } from "./schema-words.js";
export {
  type Capability,
  type CapabilityTable,
  capabilities,
  fullyCapable,
  UnsupportedByStore,
} from "./store/capabilities.js";
export { asFirstWritten, asOf, type Disturbance, disturbances } from "./store/clean-view.js";
export { clockSkew, storeTime } from "./store/clock.js";
export { directoryStore } from "./store/directory/directory-store.js";
export { makeFolder } from "./store/directory/make-folder.js";
export { endUnfinished } from "./store/leftovers.js";
export { confirmCapabilities, type ProbedCapability, probe } from "./store/probe.js";
export type { S3StoreOptions } from "./store/s3/client.js";
export { s3Store } from "./store/s3/s3-store.js";
export type { ObjectVersion, Store, UnfinishedUpload, Uploaded, UploadOptions } from "./store/store.js";
