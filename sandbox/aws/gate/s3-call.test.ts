import { expect, test } from "vitest";

import { s3CallOf } from "./s3-call.js";

const hostStyle = { service: "s3", region: "us-west-2", bucket: "vault" };
const pathStyle = { service: "s3", region: "us-west-2" };

test.each([
  ["PUT", "/a/b", "PutObject"],
  ["GET", "/a/b?versionId=1", "GetObject"],
  ["HEAD", "/a/b", "HeadObject"],
  ["DELETE", "/a/b", "DeleteObject"],
  ["DELETE", "/a/b?versionId=1", "DeleteObjectVersion"],
  ["PUT", "/a/b?retention", "PutObjectRetention"],
  ["PUT", "/a/b?legal-hold&versionId=1", "PutObjectLegalHold"],
  ["POST", "/a/b?uploads", "CreateMultipartUpload"],
  ["PUT", "/a/b?partNumber=1&uploadId=u", "UploadPart"],
  ["POST", "/a/b?uploadId=u", "CompleteMultipartUpload"],
  ["DELETE", "/a/b?uploadId=u", "AbortMultipartUpload"],
  ["GET", "/a/b?tagging", "GetObjectTagging"],
])("%s %s is %s, on an object", (method, url, operation) => {
  const { pathname, searchParams } = new URL(url, "https://s3");
  expect(s3CallOf(method, hostStyle, pathname, searchParams, false)).toEqual({
    operation,
    bucket: "vault",
    key: "a/b",
    configuresBucket: false,
  });
});

test.each([
  ["PUT", "", "CreateBucket", true],
  ["DELETE", "", "DeleteBucket", true],
  ["HEAD", "", "HeadBucket", false],
  ["GET", "", "ListObjects", false],
  ["GET", "?list-type=2&prefix=a", "ListObjectsV2", false],
  ["GET", "?versions", "ListObjectVersions", false],
  ["GET", "?uploads", "ListMultipartUploads", false],
  ["POST", "?delete", "DeleteObjects", false],
  ["PUT", "?policy", "PutBucketPolicy", true],
  ["DELETE", "?policy", "DeleteBucketPolicy", true],
  ["GET", "?policy", "GetBucketPolicy", false],
  ["PUT", "?object-lock", "PutObjectLockConfiguration", true],
  ["PUT", "?publicAccessBlock", "PutPublicAccessBlock", true],
  ["PUT", "?lifecycle", "PutBucketLifecycleConfiguration", true],
  ["PUT", "?something-new", "CreateBucket", true],
])(
  "%s bucket%s is %s; us-east-1's control plane serves it: %s",
  (method, search, operation, configuresBucket) => {
    const expected = { operation, bucket: "vault", configuresBucket };
    const query = new URLSearchParams(search);
    expect(s3CallOf(method, hostStyle, "/", query, false)).toEqual(expected);
    expect(s3CallOf(method, pathStyle, "/vault", query, false)).toEqual(expected);
    expect(s3CallOf(method, pathStyle, "/vault/", query, false)).toEqual(expected);
  },
);

test("a key is read out of its escapes, and one that is malformed is kept as it came", () => {
  const named = (path: string) => s3CallOf("GET", pathStyle, path, new URLSearchParams(), false);
  expect(named("/vault/a%20b/%C3%BC")).toMatchObject({ bucket: "vault", key: "a b/ü" });
  expect(named("/vault/%zz")).toMatchObject({ key: "%zz" });
  expect(named("/")).toEqual({ operation: "ListBuckets", configuresBucket: false });
});

test("a PUT with a copy source is a copy", () => {
  const copy = (search: string) =>
    s3CallOf("PUT", hostStyle, "/k", new URLSearchParams(search), true).operation;
  expect([copy(""), copy("partNumber=1&uploadId=u")]).toEqual(["CopyObject", "UploadPartCopy"]);
});
