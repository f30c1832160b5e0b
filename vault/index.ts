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
export { s3Store } from "./s3-store.js";
