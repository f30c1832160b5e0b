import { expect, test } from "vitest";

import { said } from "./testing/said.js";

const home = { kind: "vps", provider: "hetzner", region: "fsn1", role: "primary" };
const store = (provider: string, region: string, more: object = {}) => ({
  ...{ kind: "object-store", provider, region, account: "shop", bucket: { existing: "ours" } },
  ...more,
});
const data = (...direct: string[]) => ({
  ...{ kind: "files", at: "home", category: "scans" },
  backups: [{ kind: "copy", direct }],
});
const withStores = (one: object, other: object) =>
  said({
    ...{ name: "shop", services: {}, lease: undefined },
    sites: { home, one, other },
    datasets: { scans: data("one", "other") },
  });

test.each([
  ["in one region", store("hetzner", "nbg1"), store("hetzner", "NBG1"), "hetzner"],
  ["of two accounts", store("hetzner", "nbg1"), store("hetzner", "nbg1", { account: "b" }), "hetzner"],
  [
    "at one address",
    store("minio", "hall", { endpoint: "https://S3.example.test/" }),
    store("minio", "vault", { endpoint: "https://s3.example.test" }),
    "minio",
  ],
  ["at Amazon, in two regions", store("aws", "eu-west-1"), store("aws", "us-east-1"), "aws"],
  ["at Vultr, in two regions", store("vultr", "ewr"), store("vultr", "ams"), "vultr"],
  [
    "in one region of Akamai's, at two addresses",
    store("linode", "us-iad-1", { endpoint: "https://us-iad-1.linodeobjects.com" }),
    store("linode", "us-iad-10", { endpoint: "https://us-iad-10.linodeobjects.com" }),
    "linode",
  ],
  ["of one account at R2", store("cloudflare", "weur"), store("cloudflare", "enam"), "cloudflare"],
])("two sites that are one bucket %s are no two copies", (_, one, other, provider) => {
  expect(withStores(one, other).filter((each) => each.includes("bucket"))).toEqual([
    `sites.other.bucket: "other" is the same bucket as "one", "ours" at ${provider}: what is in both is one copy, and would count as two; name another bucket, or let "one" stand for both`,
  ]);
});

test.each([
  ["names", store("hetzner", "nbg1"), store("hetzner", "nbg1", { bucket: { existing: "theirs" } })],
  ["regions", store("hetzner", "nbg1"), store("hetzner", "hel1")],
  ["providers", store("hetzner", "nbg1"), store("linode", "nbg1")],
  ["partitions", store("aws", "cn-north-1"), store("aws", "eu-west-1")],
  ["accounts at R2", store("cloudflare", "weur"), store("cloudflare", "weur", { account: "b" })],
  [
    "addresses",
    store("minio", "hall", { endpoint: "https://one.example.test" }),
    store("minio", "hall", { endpoint: "https://two.example.test" }),
  ],
  [
    "hosts",
    store("minio", "fsn1", { hostedBy: "hetzner" }),
    store("minio", "fsn1", { hostedBy: "somebody" }),
  ],
])("buckets with other %s are two", (_, one, other) => {
  expect(withStores(one, other).filter((each) => each.includes("bucket"))).toEqual([]);
});

test("a bucket that the plan makes is not there already", () => {
  const made = { kind: "object-store", provider: "hetzner", region: "nbg1" };
  const one = store("hetzner", "nbg1", { bucket: { existing: "shop-other-scans" } });

  expect(withStores(one, made)).toEqual([
    'sites.one.bucket: "one" is the bucket "shop-other-scans", which is made for category "scans" at "other": what is in both is one copy, and would count as two; name another bucket',
  ]);
});

test("a copy of a bucket is in another one", () => {
  const uploads = (bucket: string, kind = "copy") => ({
    ...{ kind: "bucket", at: "one", category: "scans", bucket },
    backups: [{ kind, direct: ["one"], replicated: [] }],
  });
  const plan = (dataset: object) =>
    said({
      ...{ name: "shop", services: {}, lease: undefined },
      sites: { home, one: store("hetzner", "nbg1") },
      datasets: { uploads: dataset },
    });

  expect(plan(uploads("ours"))).toEqual([
    'datasets.uploads.backups[0].direct[0]: "one" is the bucket "ours" itself, and a copy in it is gone with it; name another site, or use versions()',
  ]);
  expect(plan(uploads("theirs"))).toEqual([]);
  expect(plan(uploads("ours", "versions"))).toEqual([]);
});
