import { join } from "node:path";

import type { CopyPlace } from "../../vault/index.js";
import { EngineError } from "../errors.js";

/** Options of one pgBackRest repository, without their `repo1-`. */
export type RepositoryOptions = Readonly<Record<string, string | number>>;

/**
 * Where a copy's repository is, in pgBackRest's words. Nothing of it is secret.
 *
 * @param path of the repository within the copy, with a slash before it
 * @throws EngineError (2) for a server without TLS: pgBackRest speaks nothing else
 */
export function repositoryOptions(place: CopyPlace, path: string): RepositoryOptions {
  if (place.kind === "folder") return { type: "posix", path: join(place.folder, path) };
  const { bucket, region, endpoint } = place;
  const s3 = { type: "s3", "s3-bucket": bucket, "s3-region": region };
  if (endpoint === undefined) return { ...s3, "s3-endpoint": `s3.${region}.amazonaws.com`, path };
  const { protocol, hostname, port } = new URL(endpoint);
  if (protocol !== "https:")
    throw new EngineError(
      `physical backups need a store that speaks TLS, got ${endpoint} for bucket "${bucket}"`,
      2,
      "put TLS before it, and give its https address",
    );
  return {
    ...{ ...s3, "s3-endpoint": hostname, "s3-uri-style": "path" },
    ...(port === "" ? {} : { "storage-port": port }),
    path,
  };
}

/** The options as lines of a configuration, for the repository of that number. */
export const numbered = (number: number, options: RepositoryOptions): RepositoryOptions =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [`repo${number}-${name}`, value]));

/** How every repository of ours is kept. @param passphrase of its own cipher */
export const keptAs = (passphrase: string): RepositoryOptions => ({
  // Hundreds of small catalogue files become a few objects: a round trip each is what a backup waits for.
  bundle: "y",
  ...{ "cipher-type": "aes-256-cbc", "cipher-pass": passphrase },
});
