import { expect, test } from "vitest";

import { said } from "./testing/said.js";

const dns = { provider: "route53", zone: "shop.test", name: "www.shop.test", service: "web" };

test("DNS whose checks its provider makes, with a lease behind it, is no problem", () => {
  expect(said({ dns })).toEqual([]);
  expect(said({ dns: { ...dns, name: "shop.test", check: { every: "30s" } } })).toEqual([]);
});

test.each<[string, string, string]>([
  ["pro", "10s", "60s"],
  ["pro", "30s", "60s"],
  ["business", "10s", "15s"],
])("D11: Cloudflare's subscription %s does not check every %s", (subscription, every, shortest) => {
  expect(said({ dns: { ...dns, provider: "cloudflare", subscription, check: { every } } })).toEqual([
    `dns.check.every: Cloudflare checks no oftener than every ${shortest} with the subscription "${subscription}", got "${every}"; write "60s", or name a subscription that allows it`,
  ]);
});

test.each([
  ["pro", "60s"],
  ["business", "30s"],
  ["business", "60s"],
  ["enterprise", "10s"],
])("D11: Cloudflare's subscription %s checks every %s", (subscription, every) => {
  expect(said({ dns: { ...dns, provider: "cloudflare", subscription, check: { every } } })).toEqual([]);
});

test("what is left out counts as its default: Cloudflare's is not subscribed to every 10 s", () => {
  expect(said({ dns: { ...dns, provider: "cloudflare" } })).toEqual([
    expect.stringMatching(/^dns\.check\.every: .*60s with the subscription "pro", got "10s"/),
  ]);
});

test("Route 53 knows 10 and 30 seconds only", () => {
  expect(said({ dns: { ...dns, check: { every: "60s" } } })).toEqual([
    'dns.check.every: Route 53 checks every "10s" or "30s", got "60s"',
  ]);
});

test.each(["www.shop.example", "www-shop.test", "test"])("%s does not lie in the zone", (name) => {
  expect(said({ dns: { ...dns, name } })).toEqual([
    `dns.name: must lie inside the zone "shop.test", got "${name}"`,
  ]);
});

test("DNS that fails over without a lease is refused: two sites could write", () => {
  expect(said({ dns, lease: undefined })).toEqual([
    expect.stringMatching(/^lease: DNS that fails over needs a lease/),
  ]);
});

test("an interval that is none is left to the schema", () => {
  expect(said({ dns: { ...dns, check: { every: "often" } } })).toEqual([]);
});
