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

/** Makes an empty bucket, and opens a part of it as a backend; Pulumi finds it by the same address. */
export async function bucketBackend({ endpoint = "" }: Backend, bucket: string): Promise<StateBackend> {
  const region = "us-east-1";
  const client = new S3Client({ region, endpoint, credentials: testCredentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: bucket }));
  const address = `s3://${bucket}/teams/chat?region=${region}&endpoint=${endpoint}&s3ForcePathStyle=true`;
  return openBackend(backendPlace(address, "the test"), region);
}

/** The store's credentials, for whoever asks the environment. */
export const storeEnvironment = {
  AWS_ACCESS_KEY_ID: testCredentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: testCredentials.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: "true",
};
