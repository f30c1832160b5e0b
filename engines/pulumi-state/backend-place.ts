import { homedir } from "node:os";
import { resolve } from "node:path";

import { type StateBucket, stateBucket } from "../../plan/index.js";
import { EngineError } from "../errors.js";

/** Where a self-managed backend of Pulumi lies, in the words of `pulumi login`. */
export type BackendPlace = FolderBackend | BucketBackend;

/** A folder. */
export interface FolderBackend {
  readonly kind: "folder";
  /** What `pulumi login` takes. */
  readonly url: string;
  readonly folder: string;
}

/** A bucket of an S3 server, or a part of one. */
export interface BucketBackend extends StateBucket {
  readonly kind: "bucket";
  /** What `pulumi login` takes. */
  readonly url: string;
}

const supported =
  "s3://<bucket>[/<prefix>][?region=…&endpoint=…&s3ForcePathStyle=true&profile=…], file://<folder>, or a folder";

/**
 * Reads where a backend lies.
 *
 * @param what for messages: an option, or a place in the plan
 * @throws EngineError (2) for Pulumi Cloud, other stores, and what is no place at all
 */
export function backendPlace(text: string, what: string): BackendPlace {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (scheme === undefined || scheme === "file") return folderPlace(text, what);
  if (scheme === "s3") return bucketPlace(text, what);
  // An address may have a password in it.
  throw refused(`${what} is at "${scheme}://", which is not supported`);
}

function folderPlace(text: string, what: string): FolderBackend {
  const [path = "", query] = text.replace(/^file:\/\//, "").split("?");
  if (path === "" || path.includes("\0")) throw refused(`${what} names no folder: "${text}"`);
  const options = query === undefined ? [] : [...new URLSearchParams(query).keys()];
  // How Pulumi writes; what it writes is the same.
  for (const option of options)
    if (option !== "no_tmp_dir") throw refused(`${what} has an option that is not supported: "${option}"`);
  const folder = resolve(path.replace(/^~(?=\/|$)/, homedir()));
  return { kind: "folder", url: `file://${folder}`, folder };
}

function bucketPlace(text: string, what: string): BucketBackend {
  const found = stateBucket(text);
  if (typeof found === "string") throw refused(`${what} ${found}`);
  return { kind: "bucket", url: text, ...found };
}

const refused = (message: string) => new EngineError(message, 2, `give ${supported}`);
