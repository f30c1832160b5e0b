import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";

import type { CapabilityTable } from "../capabilities.js";
import type { ObjectVersion } from "../store.js";
import type { S3Bucket } from "./client.js";
import { failed, isTaken, statusOf } from "./errors.js";
import { abortUpload, unfinished } from "./unfinished.js";
import { listVersions } from "./versions.js";

/** What the store locks for while it is asked, milliseconds. */
const lockFor = 60_000;

/**
 * Finds out what a bucket can do by doing it, below `probe/`.
 *
 * @throws VaultError when it cannot be written at all: then nothing is known
 */
export async function probeBucket(at: S3Bucket): Promise<CapabilityTable> {
  const { client, bucket, label } = at;
  const folder = `probe/${randomUUID()}/`;
  const key = `${folder}object`;
  const where = { Bucket: bucket, Key: key };
  const put = (Body: string, more: object = {}) =>
    client.send(new PutObjectCommand({ ...where, Body, ...more }));
  const holds = async (Body: string, version?: string) => {
    const answer = await client.send(
      new GetObjectCommand({ ...where, ...(version === undefined ? {} : { VersionId: version }) }),
    );
    return (await answer.Body?.transformToString()) === Body;
  };
  const firstVersion = await put("first").then(
    ({ VersionId }) => VersionId,
    (error) => {
      throw failed("writing", key, label, error);
    },
  );
  const conditional = await refused(() => put("second", { IfNoneMatch: "*" }), isTaken);
  const checksum = createHash("sha256").update("another body").digest("base64");
  const checksums = await refused(() => put("damaged", { ChecksumSHA256: checksum }), isBadRequest);
  await sleep(betweenVersions);
  await put("third");
  const versioned = firstVersion !== undefined && firstVersion !== "null";
  const versioning = versioned && (await works(async () => holds("first", firstVersion)));
  const listed = versioned && (await works(async () => (await versionsOf(at, folder)).length >= 2));
  const times = listed && (await works(async () => timesApart(await versionsOf(at, folder))));
  const lock = versioned && (await locks(at, key, firstVersion));
  const uploads = await works(() => listsUploads(at, folder));
  await clean(at, folder, key, listed);
  return {
    "conditional-create": conditional,
    checksums,
    versioning,
    "list-versions": listed,
    "version-times": times,
    lock,
    "list-uploads": uploads,
  };
}

/** It is refused, in the way expected. What fails in another way has not been found to work. */
async function refused(act: () => Promise<unknown>, how: (error: unknown) => boolean): Promise<boolean> {
  try {
    await act();
    return false;
  } catch (error) {
    return how(error);
  }
}

/** Listings date by the second: two versions that far apart are dated apart, if by when they were written. */
const betweenVersions = 1_200;

function timesApart(versions: readonly ObjectVersion[]): boolean {
  const [newest, oldest] = [versions[0], versions.at(-1)];
  return (
    newest !== undefined &&
    oldest !== undefined &&
    newest.modifiedAt.getTime() - oldest.modifiedAt.getTime() >= 1_000
  );
}

const isBadRequest = (error: unknown) => statusOf(error) === 400;

async function works(act: () => Promise<boolean>): Promise<boolean> {
  try {
    return await act();
  } catch {
    return false;
  }
}

async function versionsOf(at: S3Bucket, prefix: string) {
  const found = [];
  for await (const version of listVersions(at, prefix)) found.push(version);
  return found;
}

async function locks({ client, bucket }: S3Bucket, key: string, version: string): Promise<boolean> {
  const where = { Bucket: bucket, Key: key, VersionId: version };
  const Retention = { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + lockFor) } as const;
  try {
    await client.send(new PutObjectRetentionCommand({ ...where, Retention }));
  } catch {
    return false;
  }
  return refused(
    () => client.send(new DeleteObjectCommand(where)),
    () => true,
  );
}

async function listsUploads(at: S3Bucket, folder: string): Promise<boolean> {
  const key = `${folder}upload`;
  const { UploadId } = await at.client.send(
    new CreateMultipartUploadCommand({ Bucket: at.bucket, Key: key }),
  );
  if (!UploadId) return false;
  try {
    for await (const { id } of unfinished(at, folder)) if (id === UploadId) return true;
    return false;
  } finally {
    await abortUpload(at, { key, id: UploadId, startedAt: new Date() });
  }
}

/** Removes what may be removed; a caller who may not leaves a few bytes below `probe/`. */
async function clean(at: S3Bucket, folder: string, key: string, listed: boolean): Promise<void> {
  const remove = (more: object) =>
    at.client.send(new DeleteObjectCommand({ Bucket: at.bucket, Key: key, ...more })).catch(() => undefined);
  if (!listed) await remove({});
  else
    for (const { version } of await versionsOf(at, folder).catch(() => []))
      await remove({ VersionId: version, BypassGovernanceRetention: true });
}
