import { join } from "node:path";
import { createCredentialChain, fromIni, fromNodeProviderChain } from "@aws-sdk/credential-providers";

import { type CloudSite, names, type Plan } from "../../plan/index.js";
import { VaultError } from "../errors.js";
import { type Access, BadPlace, cloudOf, isAddress } from "./access.js";

/** Whoever knows credentials of a store; asked when it is used. */
export type CredentialSource = ReturnType<typeof ownCredentials> | ReturnType<typeof fromNodeProviderChain>;

/** Where one site's copies of a category are: what our own store and the tools that keep a repository there are told. */
export type CopyPlace = FolderPlace | BucketPlace;

/** A disk, a mount, a medium. */
export interface FolderPlace {
  readonly kind: "folder";
  readonly folder: string;
  /** What somebody named, and has to be there: the folder itself is made in it. */
  readonly within: string;
}

/** A bucket of an S3 server. */
export interface BucketPlace {
  readonly kind: "bucket";
  readonly bucket: string;
  /** The region that requests are signed for. */
  readonly region: string;
  /** Address of a server that is not AWS's. @default AWS's own of the region */
  readonly endpoint?: string;
  /** Who may read and write there. @default whatever the AWS environment says */
  readonly credentials?: CredentialSource;
}

/**
 * Finds the place of one site's copies of a category.
 *
 * Credentials are the AWS environment's. A store of another provider takes the profile `<plan>-<site>` of the shared
 * credentials file first, where there is one: two providers have two keys.
 *
 * @throws BadPlace for a site without a bucket for which no place was named
 */
export function copyPlace(
  plan: Plan,
  site: string,
  category: string,
  { places = {} }: Access = {},
): CopyPlace {
  const place = places[site];
  const cloud = cloudOf(plan, site);
  const bucket = names.vaultBucket(plan, site, category);
  if (place !== undefined && !isAddress(place))
    return { kind: "folder", folder: join(place, bucket), within: place };
  if (!cloud)
    throw new BadPlace(
      `site "${site}" has no bucket: say where its copies are`,
      `--store ${site}=<folder>, where the medium or disk is mounted`,
    );
  const endpoint = place ?? endpointOf(cloud);
  return {
    kind: "bucket",
    ...{ bucket, region: signedFor(cloud) },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(providerOf(cloud) === "aws"
      ? {}
      : { credentials: ownCredentials(`${plan.name}-${site}`, `${bucket} at ${endpoint ?? cloud.region}`) }),
  };
}

/** Whose kind of store a cloud's is. */
export const providerOf = (cloud: CloudSite) => (cloud.kind === "object-store" ? cloud.provider : "aws");

/**
 * The credentials of a bucket as they are now.
 *
 * @throws VaultError when there are none
 */
export async function credentialsOf({ bucket, credentials }: BucketPlace) {
  try {
    return await (credentials ?? fromNodeProviderChain())();
  } catch (cause) {
    if (cause instanceof VaultError) throw cause;
    throw new VaultError(
      `no credentials for ${bucket}: the AWS environment has none`,
      "set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
      { cause },
    );
  }
}

/** A profile's credentials, or else the environment's; asked for new ones, files are read again. */
function ownCredentials(profile: string, bucket: string) {
  return async ({ forceRefresh: ignoreCache = false }: { readonly forceRefresh?: boolean } = {}) => {
    try {
      return await createCredentialChain(
        fromIni({ profile, ignoreCache }),
        fromNodeProviderChain({ ignoreCache }),
      )();
    } catch (cause) {
      throw new VaultError(
        `no credentials for ${bucket}: neither profile "${profile}" of the shared credentials file nor the AWS environment has any`,
        `add [${profile}] to ~/.aws/credentials`,
        { cause },
      );
    }
  };
}

/**
 * The region that a request is signed for. MinIO's is `us-east-1` unless its operator set another, whatever place the
 * plan says it is at; R2's is `auto`: https://developers.cloudflare.com/r2/api/s3/api/ (read 2026-11-28).
 */
function signedFor(cloud: CloudSite): string {
  const fixed: Partial<Record<ReturnType<typeof providerOf>, string>> = {
    minio: "us-east-1",
    cloudflare: "auto",
  };
  return fixed[providerOf(cloud)] ?? cloud.region;
}

const endpointOf = (cloud: CloudSite) => (cloud.kind === "object-store" ? cloud.endpoint : undefined);
