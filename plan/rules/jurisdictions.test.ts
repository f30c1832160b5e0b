import { expect, test } from "vitest";

import { withSites } from "./testing/said.js";

const store = (provider: string, region: string, jurisdiction: string) =>
  withSites({ more: { kind: "object-store", provider, region, jurisdiction, bucket: {} } });

test("what a site states is no other law than its provider's region implies", () => {
  expect(store("aws", "us-east-1", "eu")).toEqual([
    'sites.more.jurisdiction: it states "eu", but aws\'s region "us-east-1" is under the law of "us"; leave jurisdiction out, or name another region',
  ]);
  expect(
    withSites({ home: { kind: "aws-region", region: "eu-west-2", role: "primary", jurisdiction: "eu" } }),
  ).toEqual([expect.stringMatching(/^sites\.home\.jurisdiction: it states "eu", but .+ "gb"/)]);
});

test.each([
  ["hetzner", "ASH", "eu", "us"],
  ["hetzner", "hil-dc1", "eu", "us"],
  ["linode", "us-ord-1", "eu", "us"],
  ["cloudflare", "eu", "de", "eu"],
])("however the region is written: %s %s is not in %s", (provider, region, stated, implied) => {
  expect(store(provider, region, stated)[0]).toContain(
    `states "${stated}", but ${provider}'s region "${region}" is under the law of "${implied}"`,
  );
});

test("a store on a provider's machines is where that provider's region is", () => {
  const site = { kind: "object-store", provider: "minio", hostedBy: "hetzner", region: "ash", account: "a" };

  expect(withSites({ more: { ...site, jurisdiction: "eu" } })).toEqual([
    'sites.more.jurisdiction: it states "eu", but hetzner\'s region "ash" is under the law of "us"; leave jurisdiction out, or name another region',
  ]);
});

test.each([
  ["aws", "eu-west-3", "fr"],
  ["aws", "eu-west-3", "eu"],
  ["aws", "eu-west-3", "eea"],
  ["cloudflare", "eu", "eea"],
  ["cloudflare", "weur", "eu"],
  ["minio", "us-east-1", "eu"],
  ["constructor", "us-east-1", "eu"],
])("the same, a union of it, or what nobody else knows is believed: %s %s is in %s", (...site) => {
  expect(store(...site)).toEqual([]);
});
