import { randomUUID } from "node:crypto";

import { UnsupportedByStore } from "../store/capabilities.js";
import type { Store } from "../store/store.js";

/**
 * A store of which its provider does not say whether it refuses to overwrite. Chains rest on it, so it is found out by
 * doing, once and before anything is created: an object is made twice, and the second time has to be refused.
 *
 * @param store one that is declared to have it
 */
export function provenStore<Creating extends Pick<Store, "label" | "create" | "upload" | "delete">>(
  store: Creating,
): Creating {
  let proof: Promise<void> | undefined;
  const prove = async () => {
    const key = `probe/${randomUUID()}`;
    const first = await store.create(key, "once");
    const again = await store.create(key, "twice");
    // Whoever may not delete leaves a few bytes below `probe/`.
    await store.delete(key).catch(() => undefined);
    if (!first || again)
      throw new UnsupportedByStore("conditional-create", store.label, "creating what nobody may overwrite");
  };
  const proven = () => {
    // What failed for want of an answer is asked again.
    proof ??= prove().catch((error: unknown) => {
      proof = undefined;
      throw error;
    });
    return proof;
  };
  return {
    ...store,
    async create(key, body) {
      await proven();
      return store.create(key, body);
    },
    async upload(key, source, options = {}) {
      if (options.createOnly ?? true) await proven();
      return store.upload(key, source, options);
    },
  };
}
