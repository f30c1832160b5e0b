import { join } from "node:path";
import { createCredentialChain, fromIni, fromNodeProviderChain } from "@aws-sdk/credential-providers";

import { type CloudSite, names, type Plan } from "../../plan/index.js";
import { type Capability as Documented, stores } from "../../plan/proofs/stores.js";
import { VaultError } from "../errors.js";
import type { CapabilityTable } from "../store/capabilities.js";
import { directoryStore } from "../store/directory/directory-store.js";
import { s3Store } from "../store/s3/s3-store.js";
import type { Store } from "../store/store.js";
import { type Access, BadPlace, cloudOf, isAddress } from "./access.js";
import { provenStore } from "./proven-store.js";

/**
 * The store of one site's copies of a category.
 *
 * Credentials are the AWS environment's. A store of another provider takes the profile `<plan>-<site>` of the shared
 * credentials file first, where there is one: two providers have two keys.
 *
 * @throws BadPlace for a site without a bucket for which no place was named
 */
export function copyStore(plan: Plan, site: string, category: string, { places = {} }: Access = {}): Store {
  const place = places[site];
  const cloud = cloudOf(plan, site);
  const bucket = names.vaultBucket(plan, site, category);
  if (place !== undefined && !isAddress(place)) return directoryStore(join(place, bucket), { within: place });
  if (!cloud)
    throw new BadPlace(
      `site "${site}" has no bucket: say where its copies are`,
      `--store ${site}=<folder>, where the medium or disk is mounted`,
    );
  const endpoint = place ?? endpointOf(cloud);
  const store = s3Store({
    bucket,
    region: signedFor(cloud),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(provider(cloud) === "aws"
      ? {}
      : { credentials: ownCredentials(`${plan.name}-${site}`, `${bucket} at ${endpoint ?? cloud.region}`) }),
    capabilities: documented(cloud),
  });
  return stores[provider(cloud)]["create-only"].support === "unknown" ? provenStore(store) : store;
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

const provider = (cloud: CloudSite) => (cloud.kind === "object-store" ? cloud.provider : "aws");

/**
 * The region that a request is signed for. MinIO's is `us-east-1` unless its operator set another, whatever place the
 * plan says it is at; R2's is `auto`: https://developers.cloudflare.com/r2/api/s3/api/ (read 2026-11-28).
 */
function signedFor(cloud: CloudSite): string {
  const fixed: Partial<Record<ReturnType<typeof provider>, string>> = {
    minio: "us-east-1",
    cloudflare: "auto",
  };
  return fixed[provider(cloud)] ?? cloud.region;
}

const endpointOf = (cloud: CloudSite) => (cloud.kind === "object-store" ? cloud.endpoint : undefined);

/** What the provider's documentation says that its store can do. */
function documented(cloud: CloudSite): Partial<CapabilityTable> {
  const facts = stores[provider(cloud)];
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
    "list-uploads": provider(cloud) !== "minio",
  };
}
