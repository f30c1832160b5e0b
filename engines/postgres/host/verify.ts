import { chown } from "node:fs/promises";
import { join } from "node:path";

import { names } from "../../../plan/index.js";
import { unwrapPassphrase } from "../../../vault/index.js";
import { openStaging, stagingFolder } from "../../staging.js";
import { ownerOf, type SystemUser, unprivileged } from "../../system-user.js";
import { pgbackrest } from "../pgbackrest.js";
import { type RepositoryVerdict, readRepository } from "../verify-repository.js";
import { writeConfig } from "./config.js";
import type { HostCopy, HostDataset } from "./dataset.js";
import { folderAt } from "./folder.js";

/**
 * Reads every file of every backup and every log segment of one copy's epoch, from this machine; see
 * {@link readRepository}. Needs a key that opens the passphrase, and no server.
 *
 * @throws VaultError when no key at hand opens it; EngineError (3) when the tool fails
 */
export async function verifyHostCopy(
  of: Pick<HostDataset, "dataset" | "spec">,
  copy: HostCopy,
  epoch: number,
  say: (line: string) => void,
): Promise<RepositoryVerdict> {
  const passphrase = await unwrapPassphrase(copy.ring);
  const as = await readerOf(copy, names.repositoryPath(of.dataset, epoch));
  // The configuration has the passphrase in it: what a killed run leaves of it is removed by the next.
  await using work = await openStaging(await stagingFolder());
  if (as) await chown(work.folder, as.uid, as.gid);
  const folder = folderAt(join(work.folder, of.dataset));
  await writeConfig(folder, { of, copies: [copy], epoch, passphrase }, as);
  say(`verifying epoch ${epoch} in ${copy.store.label}`);
  const tool = pgbackrest(folder.config, of.dataset, as);
  return await readRepository({ dataset: of.dataset, epoch, store: copy.store, tool });
}

/** Whom the tool reads as: newer versions refuse root, who is somebody else then. A folder's repository has an owner. */
async function readerOf({ place }: HostCopy, path: string): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return place.kind === "folder" ? ownerOf(join(place.folder, path)) : unprivileged();
}
