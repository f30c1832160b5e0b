/** What a Host header names: one of AWS's services, regional or global. */
export interface Endpoint {
  /** Endpoint prefix: `s3`, `kms`, `sts`, … */
  readonly service: string;
  /** Region named by the host; undefined for a global name such as `iam.amazonaws.com`. */
  readonly region?: string;
  /** Bucket of a host-style S3 address. */
  readonly bucket?: string;
}

const domain = ".amazonaws.com";
const regionLabel = /^[a-z]{2}(-[a-z]+)+-\d+$/;

/** Reads a Host header; undefined when it is none of AWS's names. */
export function endpointOf(host: string): Endpoint | undefined {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  if (!name.endsWith(domain)) return undefined;
  const labels = name.slice(0, -domain.length).split(".");
  const last = labels.at(-1) ?? "";
  if (regionLabel.test(last)) {
    // <service>.<region> or <bucket>.s3.<region>; a bucket's name may hold dots.
    return serviceAndBucket(labels.slice(0, -1), last);
  }
  return serviceAndBucket(labels);
}

function serviceAndBucket(labels: readonly string[], region?: string): Endpoint | undefined {
  const service = labels.at(-1);
  if (!service) return undefined;
  const before = labels.slice(0, -1).join(".");
  const where = region === undefined ? {} : { region };
  if (before === "") return { service, ...where };
  return service === "s3" ? { service, bucket: before, ...where } : undefined;
}
