import { expect, test } from "vitest";

import { controlPlane, corefile } from "./corefile.js";

const regions = [
  { region: "us-west-2", gate: "10.9.1.20" },
  { region: "us-east-1", gate: "10.9.2.20" },
] as const;
const spec = { address: "10.9.1.53", regions, sts: "us-west-2", upstream: "10.9.0.3" };

/** The address that the rendered templates give a name: first match wins, as in CoreDNS. */
function answer(text: string, name: string): string | undefined {
  const templates = text.matchAll(/template IN A \{\s+match "([^"]+)"\s+answer "[^"]* IN A ([\d.]+)"/g);
  return [...templates].find(([, match = ""]) => new RegExp(match).test(`${name}.`))?.[2];
}

test.each([
  ["kms.us-east-1.amazonaws.com", "10.9.2.20"],
  ["s3.us-west-2.amazonaws.com", "10.9.1.20"],
  ["bucket.with.dots.s3.us-west-2.amazonaws.com", "10.9.1.20"],
  ["sts.us-east-1.amazonaws.com", "10.9.2.20"],
  // The region that asks answers for itself.
  ["sts.amazonaws.com", "10.9.1.20"],
  // Global control planes live in us-east-1.
  ["iam.amazonaws.com", "10.9.2.20"],
  ["route53.amazonaws.com", "10.9.2.20"],
  ["s3.amazonaws.com", "10.9.2.20"],
  ["bucket.s3.amazonaws.com", "10.9.2.20"],
  ["s3.eu-west-1.amazonaws.com", undefined],
  ["s3xus-west-2.amazonaws.com", undefined],
  ["s3.us-west-2.amazonaws.com.example.org", undefined],
])("AWS's own names are answered by the sandbox's DNS: %s is %s", (name, address) => {
  expect(answer(corefile(spec), name)).toBe(address);
});

test("every other name goes to the authoritative server, and only there", () => {
  expect(corefile(spec).match(/forward .*/g)).toEqual(["forward . 10.9.0.3 {"]);
});

test("the operator's resolver keeps no answer, the customer's keeps each as long as its TTL says", () => {
  expect(corefile(spec)).not.toContain("cache");
  const customer = corefile({ ...spec, cache: true });
  // Neither a lower bound of the TTL nor anything served after it.
  expect(customer).toMatch(/cache \{\s+success 9984 86400 0\s+denial 9984 86400 0\s+servfail 0\s+\}/);
  expect(customer).not.toMatch(/prefetch|serve_stale/);
});

test("a region with a cluster answers the cluster's names, one without does not", () => {
  const cluster = { kubeconfig: "/k", context: "us-west-2" };
  expect(corefile({ ...spec, cluster })).toMatch(/^cluster\.local .*\{[^}]*kubernetes cluster\.local/m);
  expect(corefile(spec)).not.toContain("kubernetes");
});

test("global control planes are the first region's where a world has no us-east-1", () => {
  const named = (region: string) => ({ region });
  expect(controlPlane([named("us-west-2"), named("us-east-1")])).toEqual(named("us-east-1"));
  expect(controlPlane([named("us-west-2"), named("eu-west-1")])).toEqual(named("us-west-2"));
});
