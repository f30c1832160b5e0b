import { each, length, type Rule } from "../check/rules.js";

/** Bucket names: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName: Rule = each("bucket", (value) => {
  const name = String(value);
  const wrong =
    name.length < 3 || name.length > 63
      ? "has to have 3 to 63 characters"
      : !/^[a-z0-9][a-z0-9.-]*[a-z0-9]$/.test(name)
        ? "takes lower-case letters, digits, dots and hyphens, and starts and ends with a letter or digit"
        : /\.\.|^\d+\.\d+\.\d+\.\d+$/.test(name)
          ? "has no two dots side by side and is no IP address"
          : /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name)
            ? "starts or ends with something that AWS keeps for itself"
            : undefined;
  return wrong && `is ${JSON.stringify(name)}; a bucket's name ${wrong}`;
});

/** A bucket that some other resource configures: its name. */
export const configuredBucket: readonly Rule[] = [
  length("bucket", 63, 1),
  each("expectedBucketOwner", (value) =>
    /^\d{12}$/.test(String(value))
      ? undefined
      : `is ${JSON.stringify(value)}; it has to be an account, 12 digits`,
  ),
];

/** Which bucket a bucket's configuration is about. */
export interface Configured {
  readonly bucket?: string | undefined;
  readonly expectedBucketOwner?: string | undefined;
  readonly region?: string | undefined;
}

/** Id of a bucket's configuration: the bucket, with its owner where one is expected. */
export function configurationId({ bucket = "", expectedBucketOwner }: Configured): string {
  return expectedBucketOwner ? `${bucket},${expectedBucketOwner}` : bucket;
}

/** What an S3 call about a bucket's configuration begins with; the id tells where nothing else is known. */
export function target(id: string, known: Configured) {
  const [bucket = "", owner] = id.split(",");
  return { Bucket: known.bucket ?? bucket, ExpectedBucketOwner: known.expectedBucketOwner ?? owner };
}
