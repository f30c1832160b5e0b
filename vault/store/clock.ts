import { VaultError } from "../errors.js";
import type { Store } from "./store.js";

/**
 * What time it is by a store's own clock: the one that its objects are dated by.
 *
 * @param key an object that it is learned from, overwritten each time
 */
export async function storeTime(store: Store, key: string): Promise<Date> {
  await store.put(key, "");
  const found = await store.head(key);
  if (!found) throw new VaultError(`${key} is not at ${store.label} right after it was written`);
  return found.modifiedAt;
}

/** Seconds by which this machine's clock is ahead of a store's; negative when it is behind. Exact to a second or two. */
export async function clockSkew(store: Store, key: string, now: () => number = Date.now): Promise<number> {
  return Math.round((now() - (await storeTime(store, key)).getTime()) / 1000);
}
