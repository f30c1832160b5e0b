import { mkdir } from "node:fs/promises";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";

import { type Backend, testCredentials } from "../../../vault/testing/backends.js";
import { openBackend, type StateBackend } from "../backend.js";
import { backendPlace } from "../backend-place.js";

/** Makes an empty folder, and opens it as a backend. */
export async function folderBackend(folder: string): Promise<StateBackend> {
  await mkdir(folder);
  return openBackend(backendPlace(folder, "the test"), "us-east-1");
}

/** Makes an empty bucket. @returns the address of a part of it, as Pulumi takes it too */
export async function bucketAddress({ endpoint = "" }: Backend, bucket: string): Promise<string> {
  const region = "us-east-1";
  const client = new S3Client({ region, endpoint, credentials: testCredentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  return `s3://${bucket}/teams/chat?region=${region}&endpoint=${endpoint}&s3ForcePathStyle=true`;
}

/** The same, opened as a backend. */
export async function bucketBackend(store: Backend, bucket: string): Promise<StateBackend> {
  return openBackend(backendPlace(await bucketAddress(store, bucket), "the test"), "us-east-1");
}
