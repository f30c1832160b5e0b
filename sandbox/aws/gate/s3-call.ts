import type { Endpoint } from "./endpoint.js";

/** One call to S3, named as its API names it. */
export interface S3Call {
  /** Operation, for example `PutObject` or `PutBucketPolicy`. */
  readonly operation: string;
  readonly bucket?: string;
  readonly key?: string;
  /** Whether it creates, deletes or configures a bucket: calls that us-east-1's control plane serves. */
  readonly configuresBucket: boolean;
}

/** Sub-resources of a bucket by query parameter, as they stand in operations' names. */
const bucketParts: Readonly<Record<string, string>> = {
  accelerate: "BucketAccelerateConfiguration",
  acl: "BucketAcl",
  analytics: "BucketAnalyticsConfiguration",
  cors: "BucketCors",
  encryption: "BucketEncryption",
  "intelligent-tiering": "BucketIntelligentTieringConfiguration",
  inventory: "BucketInventoryConfiguration",
  lifecycle: "BucketLifecycleConfiguration",
  location: "BucketLocation",
  logging: "BucketLogging",
  metrics: "BucketMetricsConfiguration",
  notification: "BucketNotificationConfiguration",
  "object-lock": "ObjectLockConfiguration",
  ownershipControls: "BucketOwnershipControls",
  policy: "BucketPolicy",
  policyStatus: "BucketPolicyStatus",
  publicAccessBlock: "PublicAccessBlock",
  replication: "BucketReplication",
  requestPayment: "BucketRequestPayment",
  tagging: "BucketTagging",
  versioning: "BucketVersioning",
  website: "BucketWebsite",
};

/** Sub-resources of an object by query parameter. */
const objectParts: Readonly<Record<string, string>> = {
  acl: "ObjectAcl",
  attributes: "ObjectAttributes",
  "legal-hold": "ObjectLegalHold",
  retention: "ObjectRetention",
  tagging: "ObjectTagging",
  torrent: "ObjectTorrent",
};

const verbs: Readonly<Record<string, string>> = { GET: "Get", HEAD: "Head", PUT: "Put", DELETE: "Delete" };

/** Names a call to S3 from its method, address and query. `copies` says whether it names a copy source. */
export function s3CallOf(
  method: string,
  endpoint: Endpoint,
  path: string,
  query: URLSearchParams,
  copies: boolean,
): S3Call {
  const [first = "", ...rest] = path.replace(/^\//, "").split("/");
  const bucket = endpoint.bucket ?? decoded(first);
  const key = decoded(endpoint.bucket === undefined ? rest.join("/") : path.replace(/^\//, ""));
  if (bucket === "") return { operation: "ListBuckets", configuresBucket: false };
  if (key === "") {
    return {
      operation: bucketOperation(method, query),
      bucket,
      configuresBucket: method === "PUT" || method === "DELETE",
    };
  }
  return { operation: objectOperation(method, query, copies), bucket, key, configuresBucket: false };
}

function bucketOperation(method: string, query: URLSearchParams): string {
  const part = partOf(bucketParts, query);
  if (part) return `${verbs[method] ?? method}${part}`;
  if (method === "POST") return query.has("delete") ? "DeleteObjects" : "PostObject";
  if (method === "PUT") return "CreateBucket";
  if (method === "GET") {
    if (query.has("versions")) return "ListObjectVersions";
    if (query.has("uploads")) return "ListMultipartUploads";
    return query.get("list-type") === "2" ? "ListObjectsV2" : "ListObjects";
  }
  return `${verbs[method] ?? method}Bucket`;
}

function objectOperation(method: string, query: URLSearchParams, copies: boolean): string {
  if (query.has("uploads") && method === "POST") return "CreateMultipartUpload";
  if (query.has("uploadId")) {
    const operations: Readonly<Record<string, string>> = {
      GET: "ListParts",
      PUT: copies ? "UploadPartCopy" : "UploadPart",
      POST: "CompleteMultipartUpload",
      DELETE: "AbortMultipartUpload",
    };
    return operations[method] ?? method;
  }
  if (method === "POST") return query.has("restore") ? "RestoreObject" : "PostObject";
  const part = partOf(objectParts, query);
  if (part) return `${verbs[method] ?? method}${part}`;
  if (copies && method === "PUT") return "CopyObject";
  if (method === "DELETE" && query.has("versionId")) return "DeleteObjectVersion";
  return `${verbs[method] ?? method}Object`;
}

function partOf(parts: Readonly<Record<string, string>>, query: URLSearchParams): string | undefined {
  for (const [name, part] of Object.entries(parts)) if (query.has(name)) return part;
  return undefined;
}

/** A malformed escape stays as it is: the name goes to the log, and ministack answers for it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
