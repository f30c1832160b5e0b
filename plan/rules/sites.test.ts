import { expect, test } from "vitest";

import { said, withSites } from "./testing/said.js";

test("a plan has one primary", () => {
  expect(withSites({ second: { kind: "vps", provider: "linode", region: "de", role: "primary" } })).toEqual([
    'sites: exactly one site has the role "primary", got "home" and "second"',
  ]);
  const store = { kind: "object-store", provider: "hetzner", region: "nbg1" };
  expect(said({ sites: { store }, datasets: {}, services: {} })).toEqual([
    'sites: exactly one site has the role "primary", got none',
  ]);
});

test("a primary is active", () => {
  const home = { kind: "aws-region", region: "us-east-1", role: "primary", mode: "warm" };

  expect(withSites({ home })).toEqual(['sites.home.mode: a primary is always "active", got "warm"']);
});

test("an account at AWS has twelve digits; a project elsewhere is called as it is", () => {
  const store = (provider: string) => ({ kind: "object-store", provider, region: "x", account: "desk" });

  expect(withSites({ bucket: store("aws") })).toEqual([
    'sites.bucket.account: expected an AWS account id of 12 digits, got "desk"',
  ]);
  expect(withSites({ bucket: store("linode") })).toEqual([]);
});

test("only a program that anybody can run is on machines of somebody else's choice", () => {
  const store = (provider: string, hostedBy: string) =>
    withSites({ bucket: { kind: "object-store", provider, hostedBy, region: "x", account: "desk" } });

  expect(store("minio", "hetzner")).toEqual([]);
  expect(store("minio", "aws")).toEqual([
    'sites.bucket.account: expected an AWS account id of 12 digits, got "desk"',
  ]);
  expect(store("linode", "hetzner")).toEqual([
    "sites.bucket.hostedBy: only MinIO runs on machines of anybody's choice, and linode's store is linode's own; leave hostedBy out, or set provider: \"minio\"",
  ]);
});

test.each([
  ["store", "object-store"],
  ["shelf", "media"],
])("no service runs at %s", (at, kind) => {
  expect(said({ services: { web: { at: ["home", at] } } })).toEqual([
    `services.web.at[1]: "${at}" is of kind "${kind}", where no service runs; name an aws-region, a vps or premises`,
  ]);
});

test("F9: what is at AWS already, or nowhere near it, needs nobody who deploys there", () => {
  const home = { kind: "premises", location: "hall", role: "primary" };
  const store = { kind: "object-store", provider: "hetzner", region: "nbg1" };
  const bucket = { kind: "object-store", provider: "aws", region: "us-east-2" };
  const identities = undefined;

  expect(said({ identities, sites: { home, store } })).toEqual([]);
  expect(
    said({ identities, sites: { home, store, bucket: { ...bucket, bucket: { existing: "b" } } } }),
  ).toEqual([]);
  expect(said({ identities, sites: { home, store, bucket } })).toEqual([
    expect.stringMatching(/^identities: "bucket" is created at AWS/),
  ]);
});
