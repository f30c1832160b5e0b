import { fromIni } from "@aws-sdk/credential-providers";

import { directoryStore, provenStore, type Store, s3Store } from "../../vault/index.js";
import type { BackendPlace } from "./backend-place.js";

/** What reading and filling a backend takes of a store. */
export type StateStore = Pick<
  Store,
  "label" | "declared" | "get" | "create" | "list" | "read" | "upload" | "delete" | "uploads" | "abort"
>;

/** A backend of Pulumi that can be read, and written to. */
export interface StateBackend {
  /** What `pulumi login` takes. */
  readonly url: string;
  /** Its objects, by the keys that Pulumi knows them by. */
  readonly store: StateStore;
}

/**
 * Opens a backend; nothing is read yet. Credentials are the AWS environment's.
 *
 * @param region where neither the backend's address nor the environment names one
 */
export function openBackend(place: BackendPlace, region: string): StateBackend {
  const { url } = place;
  // What is missing is a medium that is not mounted, or a name that is mistyped: no folder is made for it.
  if (place.kind === "folder") return { url, store: directoryStore(place.folder, { within: place.folder }) };
  const { bucket, prefix, endpoint, pathStyle, profile } = place;
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const store = s3Store({
    ...{ bucket, region: place.region ?? AWS_REGION ?? AWS_DEFAULT_REGION ?? region },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(pathStyle === undefined ? {} : { pathStyle }),
    ...(profile === undefined ? {} : { credentials: fromIni({ profile }) }),
  });
  const own = prefix === "" ? store : below(store, prefix);
  // AWS is known to refuse to overwrite; of another server it is found out before a restore rests on it.
  return { url, store: endpoint === undefined ? own : provenStore(own) };
}

/** A part of a bucket as if it were all of it. */
function below(store: Store, prefix: string): StateStore {
  const at = (key: string) => `${prefix}${key}`;
  const without = <Named extends { readonly key: string }>(one: Named): Named => ({
    ...one,
    key: one.key.slice(prefix.length),
  });
  return {
    label: `${store.label}, ${prefix}`,
    declared: store.declared,
    get: (key) => store.get(at(key)),
    create: (key, body) => store.create(at(key), body),
    read: (key) => store.read(at(key)),
    upload: async (key, source, options) => without(await store.upload(at(key), source, options)),
    delete: (key) => store.delete(at(key)),
    async *list(start) {
      for await (const found of store.list(at(start))) yield without(found);
    },
    async *uploads(start) {
      for await (const found of store.uploads(at(start))) yield without(found);
    },
    abort: (upload) => store.abort({ ...upload, key: at(upload.key) }),
  };
}
