/** A bucket, or a part of one, that Pulumi keeps its stacks' state in. */
export interface StateBucket {
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

/** Options of gocloud's S3 driver, by which Pulumi reaches a bucket. */
const options = [
  ...["region", "endpoint", "s3ForcePathStyle", "use_path_style"],
  ...["disableSSL", "profile", "awssdk"],
];

/**
 * Reads `s3://<bucket>[/<prefix>][?…]`, as `pulumi login` takes it.
 *
 * @returns what is wrong with it, in words that show no secret, where it is none
 */
export function stateBucket(text: string): StateBucket | string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "s3:" || url.hostname === "") return "names no bucket";
  if (url.username !== "" || url.password !== "")
    return "has credentials in it: they belong into the environment";
  const given = url.searchParams;
  for (const option of given.keys())
    if (!options.includes(option)) return `has an option that is not supported: "${option}"`;
  const flag = (name: string) => /^(?:1|t|true)$/i.test(given.get(name) ?? "");
  if (/%(?![0-9a-f]{2})/i.test(url.pathname)) return "has a path that cannot be decoded";
  const path = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  const [region, endpoint, profile] = ["region", "endpoint", "profile"].map((name) => given.get(name));
  const scheme = flag("disableSSL") ? "http" : "https";
  return {
    ...{ bucket: url.hostname, prefix: path === "" ? "" : `${path}/` },
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint: endpoint.includes("://") ? endpoint : `${scheme}://${endpoint}` } : {}),
    ...(flag("s3ForcePathStyle") || flag("use_path_style") ? { pathStyle: true } : {}),
    ...(profile ? { profile } : {}),
  };
}

/**
 * The bucket at AWS whose state a Pod reads as its role alone.
 *
 * @returns undefined for everything else: a folder of some machine, another store, a profile that no Pod has
 */
export function podReadable(reference: string): StateBucket | undefined {
  const found = stateBucket(reference);
  return typeof found === "string" || found.endpoint !== undefined || found.profile !== undefined
    ? undefined
    : found;
}
