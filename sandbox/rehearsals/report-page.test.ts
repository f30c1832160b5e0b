import { expect, test } from "vitest";

import { page } from "./report-page.js";

const evidence = {
  report: {
    plan: "chat",
    scenario: "region-loss",
    seed: 1,
    objectives: { rtoSeconds: 3600, rpoSeconds: 300 },
    measured: { rtoSeconds: 190.5, rpoSeconds: null, rowsCommitted: 100, rowsLost: null },
    floorSeconds: 155,
    phases: [
      { name: "World <&>", startedAt: "2026-01-01T00:00:00.000Z", seconds: 10 },
      { name: "Detection", startedAt: "2026-01-01T00:00:10.000Z", seconds: 38.4 },
    ],
    verification: { tables: [{ name: "messages", rows: 7, checksum: "c0ffee", matches: false }] },
    verdict: "missed" as const,
  },
  reasons: ["<script>alert(1)</script>"],
  details: {},
};

test("the page needs nothing from elsewhere, and what it shows is text", () => {
  const html = page(evidence);

  expect(html).not.toMatch(/<script|src=|href=|@import|url\(/);
  expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(html).toContain("World &lt;&amp;&gt;");
});

test("the page holds objectives against measurements and every phase as a bar", () => {
  const html = page(evidence);

  expect(html).toContain("<td>RTO</td><td>3600.0 s</td><td>190.5 s</td><td>155 s of waiting");
  expect(html).toContain("<td>RPO</td><td>300.0 s</td><td>none</td>");
  expect(html.match(/<rect /g)).toHaveLength(2);
});
