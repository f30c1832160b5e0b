import type { CloudSite, Plan } from "../../plan/index.js";
import { type Capability as Documented, stores } from "../../plan/proofs/stores.js";
import type { CapabilityTable } from "../store/capabilities.js";
import { directoryStore } from "../store/directory/directory-store.js";
import { s3Store } from "../store/s3/s3-store.js";
import type { Store } from "../store/store.js";
import { type Access, cloudOf } from "./access.js";
import { copyPlace, providerOf } from "./copy-place.js";
import { provenStore } from "./proven-store.js";

/**
 * The store of one site's copies of a category; see {@link copyPlace} for where it is and whose credentials open it.
 *
 * @throws BadPlace for a site without a bucket for which no place was named
 */
export function copyStore(plan: Plan, site: string, category: string, access: Access = {}): Store {
  const place = copyPlace(plan, site, category, access);
  if (place.kind === "folder") return directoryStore(place.folder, { within: place.within });
  const { kind: _, ...bucket } = place;
  const cloud = cloudOf(plan, site);
  const store = s3Store({ ...bucket, ...(cloud ? { capabilities: documented(cloud) } : {}) });
  return cloud && stores[providerOf(cloud)]["create-only"].support === "unknown" ? provenStore(store) : store;
}

/** What the provider's documentation says that its store can do. */
function documented(cloud: CloudSite): Partial<CapabilityTable> {
  const facts = stores[providerOf(cloud)];
  const yes = (capability: Documented) => facts[capability].support === "yes";
  return {
    // Where nobody says so, it is found out before anything rests on it.
    "conditional-create": facts["create-only"].support !== "no",
    checksums: yes("checksums"),
    versioning: yes("versioning"),
    "list-versions": yes("versioning"),
    "version-times": yes("versioning"),
    lock: yes("object-lock"),
    // MinIO lists unfinished uploads by their whole key only, as its probe shows.
    "list-uploads": providerOf(cloud) !== "minio",
  };
}
