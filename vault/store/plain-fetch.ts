/**
 * The plain commands that fetch from a store without Secondsite, for a manifest's `restore`. They write into the folder
 * that they are run in; who may read is decided by the environment, as for the tools' own.
 */
export interface PlainFetch {
  /** Fetches one object into a file. */
  object(key: string, file: string): string[];
  /** Fetches everything under a prefix that ends with `/` into a folder. */
  folder(prefix: string, folder: string): string[];
}

/** By the AWS CLI, which speaks to every S3 server. */
export function s3Fetch({
  bucket,
  region,
  endpoint,
}: {
  readonly bucket: string;
  readonly region: string;
  readonly endpoint?: string;
}): PlainFetch {
  const copy = (...more: string[]) => [
    ...["aws", "s3", "cp", "--only-show-errors", `--region=${region}`],
    ...(endpoint === undefined ? [] : [`--endpoint-url=${endpoint}`]),
    ...more,
  ];
  return {
    object: (key, file) => copy(`s3://${bucket}/${key}`, file),
    folder: (prefix, folder) => copy("--recursive", `s3://${bucket}/${prefix}`, folder),
  };
}

/** By copying, from where the folder was mounted when the point was written. */
export function folderFetch(root: string): PlainFetch {
  return {
    object: (key, file) => ["cp", `${root}/${key}`, file],
    folder: (prefix, folder) => ["cp", "-rT", `${root}/${prefix}`, folder],
  };
}
