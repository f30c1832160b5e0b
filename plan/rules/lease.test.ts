import { expect, test } from "vitest";

import { said, withSites } from "./testing/said.js";

test("a witness in a store that shares no region with a serving site is no problem", () => {
  expect(said({})).toEqual([]);
});

test.each<[string, object, string]>([
  [
    "in the region that serves",
    { kind: "object-store", provider: "aws", region: "us-east-1" },
    'must be a failure domain of its own, but "eye" is in us-east-1, where "home" serves',
  ],
  [
    "on a medium",
    { kind: "media", location: "safe" },
    'the lease is an object in a bucket: name an object-store, got "eye" of kind "media"',
  ],
  [
    "on a server",
    { kind: "vps", provider: "linode", region: "de", role: "standby" },
    'the lease is an object in a bucket: name an object-store, got "eye" of kind "vps"',
  ],
])("a witness %s is refused", (_where, eye, message) => {
  expect(withSites({ eye }, { lease: { witness: "eye" } })).toEqual([`lease.witness: ${message}`]);
});

test("a lease shorter than the holder needs to stop is refused", () => {
  expect(said({ lease: { witness: "store", ttl: "59s" } })).toEqual([
    'lease.ttl: must be at least 60s, got "59s"',
  ]);
  expect(said({ lease: { witness: "store", ttl: "1m" } })).toEqual([]);
});
