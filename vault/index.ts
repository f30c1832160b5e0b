export {
  appendManifest,
  type CataloguedPoint,
  cataloguedPoints,
  type ManifestEntry,
  readManifests,
} from "./catalogue.js";
export { VaultError } from "./errors.js";
export { digest, type Manifest, manifestKey } from "./manifest.js";
export type { ObjectStore, StoredObject } from "./object-store.js";
export { type KeyRef, unwrapPassphrase, wrapNewPassphrase } from "./passphrase.js";
export {
  type Capability,
  type CapabilityTable,
  capabilities,
  fullyCapable,
  UnsupportedByStore,
} from "./store/capabilities.js";
export { directoryStore } from "./store/directory/directory-store.js";
export { confirmCapabilities, type ProbedCapability, probe } from "./store/probe.js";
export type { S3StoreOptions } from "./store/s3/client.js";
export { s3Store } from "./store/s3/s3-store.js";
export type { ObjectVersion, Store, UnfinishedUpload, Uploaded, UploadOptions } from "./store/store.js";
