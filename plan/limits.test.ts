import { expect, test } from "vitest";

import { coldRetrieval, limits } from "./limits.js";

const all = [...Object.entries(limits), ...Object.entries(coldRetrieval)];

test("every amount says where, when and how it is stated, or why it is assumed", () => {
  for (const [name, limit] of all) {
    expect(limit.seconds, name).toBeGreaterThan(0);
    if ("assumption" in limit) expect(limit.assumption.length, name).toBeGreaterThan(10);
    else {
      expect(limit.address, name).toMatch(/^https:\/\/[^ ]+$/);
      expect(limit.read, name).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(limit.phrase.length, name).toBeGreaterThan(10);
    }
  }
});
