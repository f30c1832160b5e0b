import { homedir } from "node:os";
import { resolve } from "node:path";

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
export interface BucketBackend {
  readonly kind: "bucket";
  /** What `pulumi login` takes. */
  readonly url: string;
  readonly bucket: string;
  /** Every key begins with it; empty, or ends with `/`. */
  readonly prefix: string;
  /** @default the environment's */
  readonly region?: string;
  /** Address of a server that is not AWS's. */
  readonly endpoint?: string;
  /** The bucket stands in the path instead of the host name. */
  readonly pathStyle?: boolean;
  /** Profile of the shared credentials file. @default whatever the AWS environment says */
  readonly profile?: string;
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

/** Options of gocloud's S3 driver, by which Pulumi reaches a bucket. */
const options = [
  "region",
  "endpoint",
  "s3ForcePathStyle",
  "use_path_style",
  "disableSSL",
  "profile",
  "awssdk",
];

function bucketPlace(text: string, what: string): BucketBackend {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.hostname === "") throw refused(`${what} names no bucket`);
  if (url.username !== "" || url.password !== "")
    throw refused(`${what} has credentials in it: they belong into the environment`);
  const given = url.searchParams;
  for (const option of given.keys())
    if (!options.includes(option)) throw refused(`${what} has an option that is not supported: "${option}"`);
  const flag = (name: string) => /^(?:1|t|true)$/i.test(given.get(name) ?? "");
  if (/%(?![0-9a-f]{2})/i.test(url.pathname)) throw refused(`${what} has a path that cannot be decoded`);
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  const [region, endpoint, profile] = ["region", "endpoint", "profile"].map((name) => given.get(name));
  const scheme = flag("disableSSL") ? "http" : "https";
  return {
    ...{ kind: "bucket", url: text, bucket: url.hostname, prefix: path === "" ? "" : `${path}/` },
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint: endpoint.includes("://") ? endpoint : `${scheme}://${endpoint}` } : {}),
    ...(flag("s3ForcePathStyle") || flag("use_path_style") ? { pathStyle: true } : {}),
    ...(profile ? { profile } : {}),
  };
}

const refused = (message: string) => new EngineError(message, 2, `a backend's state is ${supported}`);
