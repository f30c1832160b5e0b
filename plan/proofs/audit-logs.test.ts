import { expect, test } from "vitest";

import type { PatchStep } from "./finding.js";
import { prove } from "./index.js";
import { asOf, drop, set, smallPlan } from "./testing/small-plan.js";

const found = (...change: PatchStep[]) =>
  prove(smallPlan(...change), asOf).filter(({ rule }) => rule === "copies/audit-log");
/** Its first backup goes to the second site directly, where a copy of the first site's was. */
const writtenTwice = (dataset: string) => [
  set(`/datasets/${dataset}/backups/0/direct`, ["east", "west"]),
  drop(`/datasets/${dataset}/backups/0/replicated/0`),
];

test("C18: a category that jobs write to one site alone has a log whose end nobody holds", () => {
  expect(found()).toMatchObject([
    {
      severity: "warning",
      at: "sites.east",
      message: 'nobody would notice if the audit log of "customer", "scans" were cut at its end',
    },
  ]);
});

test("C18: once its jobs write to a second site, each holds the end of the other's log", () => {
  const [orders, scans] = [writtenTwice("orders"), writtenTwice("scans")];

  expect(found(...orders)).toMatchObject([{ message: expect.stringContaining('of "scans" were') }]);
  expect(found(...orders, ...scans)).toMatchObject([
    { severity: "info", at: "datasets", arithmetic: "the ends of all 4 logs are held at other sites" },
  ]);
});
