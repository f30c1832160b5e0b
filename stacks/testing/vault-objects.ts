import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  type ObjectVersion,
  type S3Client,
} from "@aws-sdk/client-s3";

/** Every version below a prefix, marks of deletion aside; a listing holds 1,000 at most. */
export async function versionsBelow(
  client: S3Client,
  Bucket: string,
  Prefix: string,
): Promise<ObjectVersion[]> {
  const found: ObjectVersion[] = [];
  let from: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
  while (from) {
    const page: ListObjectVersionsCommandOutput = await client.send(
      new ListObjectVersionsCommand({ Bucket, Prefix, ...from }),
    );
    found.push(...(page.Versions ?? []));
    from = page.IsTruncated
      ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
      : undefined;
  }
  return found;
}

/** An object's text, as it is now. */
export async function textAt(client: S3Client, Bucket: string, Key: string | undefined): Promise<string> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return (await Body?.transformToString()) ?? "";
}

/** What the JSON objects below a prefix say, in the order of their keys. */
export async function objectsBelow<Kind>(client: S3Client, Bucket: string, Prefix: string): Promise<Kind[]> {
  const keys = (await versionsBelow(client, Bucket, Prefix)).map(({ Key }) => Key ?? "").sort();
  return Promise.all(keys.map(async (Key) => JSON.parse(await textAt(client, Bucket, Key)) as Kind));
}
