import { names } from "../../plan/index.js";
import { digest, type Part } from "../../vault/index.js";
import { EngineError } from "../errors.js";
import type { ChainOf } from "./points-chain.js";

/**
 * The objects of a backup whose checksums lead to every other: the tool's own manifest lists the rest, and the
 * backup that it adds to.
 *
 * @throws EngineError (3) when one is missing
 */
export async function backupParts(
  { dataset, store }: ChainOf,
  epoch: number,
  label: string,
): Promise<Part[]> {
  const folder = `${names.repositoryPath(dataset, epoch).slice(1)}/backup/${dataset}/${label}`;
  return Promise.all(
    [`${folder}/backup.manifest`, `${folder}/backup.manifest.copy`].map(async (key) => {
      const body = await store.get(key);
      if (!body) throw new EngineError(`${key} is missing at ${store.label} right after the backup`, 3);
      return { key, bytes: body.byteLength, sha256: digest(body) };
    }),
  );
}
