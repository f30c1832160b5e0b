import { expect, test } from "vitest";

import type { Site } from "../schema/index.js";
import { quoted, replicates, stores, supports } from "./stores.js";

const facts = Object.entries(stores).flatMap(([provider, capabilities]) =>
  Object.entries(capabilities).map(([capability, fact]) => ({ provider, capability, fact })),
);

test("every fact has an address, a day and a phrase; what nobody states has none and counts as no", () => {
  for (const { provider, capability, fact } of facts) {
    const what = `${provider} ${capability}`;
    if (fact.support === "unknown") expect(fact, what).toEqual({ support: "unknown" });
    else {
      expect(fact.address, what).toMatch(/^https:\/\/[^ ]+$/);
      expect(fact.read, what).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(fact.phrase?.length, what).toBeGreaterThan(10);
      expect(quoted(fact), what).toContain(fact.address);
    }
  }
  expect(new Set(facts.map(({ capability }) => capability)).size).toBe(9);
  expect(facts.length).toBe(7 * 9);
});

const store = (provider: keyof typeof stores, region: string): Site => ({
  ...{ kind: "object-store", provider, region, account: "a", tier: "standard" },
  ...{ upload: "1GiB", download: "1GiB" },
});

test("D7: AWS and MinIO replicate to their own kind, nobody to another", () => {
  const [aws, minio] = [store("aws", "us-east-1"), store("minio", "office")];

  expect(replicates(aws, store("aws", "eu-west-1"))).toBe(true);
  expect(replicates(minio, store("minio", "branch"))).toBe(true);
  expect(replicates(aws, minio)).toBe(false);
  expect(replicates(store("hetzner", "fsn1"), store("hetzner", "hel1"))).toBe(false);
});

test("unknown is not supported", () => {
  expect(stores.vultr["object-lock"].support).toBe("unknown");
  expect(supports(store("vultr", "ewr"), "object-lock")).toBe(false);
});
