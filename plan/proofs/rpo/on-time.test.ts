import { expect, test } from "vitest";

import { parsePlan } from "../../define.js";
import { patched } from "../patched.js";
import { rpoBound } from "./bound.js";
import { schedules } from "./index.js";
import { asOf, datasetOf, type Given, planWith } from "./testing/plans.js";

/** Copies on an event, uploaded at 100 MiB a second. */
const made = (
  size: string,
  within: string,
  { direct = ["virginia"], ...more }: Partial<Given> & { direct?: string[] } = {},
) =>
  planWith({
    ...{ kind: "wallet", size, changes: "1KiB", more: { path: "/keys" } },
    ...more,
    backups: [{ kind: "copy", schedule: { kind: "event", on: "change", within }, keep: "forever", direct }],
  });
const said = (plan: ReturnType<typeof made>) =>
  schedules(plan, asOf).map(({ rule, severity, at }) => `${severity} ${rule} at ${at}`);
const place = "datasets.data.backups[0].schedule.within";

test.each([
  ["longer than it has", "6001MiB", "60s", "error"],
  ["as long as it has, not beside another", "6000MiB", "60s", "warning"],
  ["half as long, and a byte", "3001MiB", "60s", "warning"],
])("a copy whose upload takes %s is found", (_, size, within, severity) => {
  expect(said(made(size, within))).toEqual([`${severity} schedule/within at ${place}`]);
});

test("one whose upload takes half as long is not, nor one of which only changes are moved", () => {
  expect(said(made("3000MiB", "60s"))).toEqual([]);
  expect(said(made("1TiB", "60s", { kind: "files", more: { path: "/srv" } }))).toEqual([]);
});

test("each direct copy is uploaded in turn; what the store copies on is not", () => {
  expect(said(made("3000MiB", "60s", { direct: ["virginia", "oregon", "apart"] }))).toEqual([
    `error schedule/within at ${place}`,
  ]);
});

test("the arithmetic is the upload, and the fix the least that holds whatever happens", () => {
  const plan = made("6001MiB", "60s");
  const [found] = schedules(plan, asOf);

  expect(found).toMatchObject({
    message: 'no copy of "data" that is made on change is stored within 60s: its upload alone takes longer',
    arithmetic: "upload of 5.9GiB at 100MiB a second = 1m",
    fix: { patch: [{ op: "replace", path: "/datasets/data/backups/0/schedule/within", value: "121s" }] },
  });
  const mended = parsePlan(
    JSON.parse(
      JSON.stringify({
        ...patched(plan, found?.fix?.patch ?? []),
        identities: {
          deployers: ["arn:aws:iam::111111111111:root"],
          breakGlass: ["arn:aws:iam::111111111111:root"],
        },
      }),
    ),
  );
  expect(said(mended)).toEqual([]);
  expect(rpoBound(mended, datasetOf(mended), "operator-error", asOf).seconds).toBeCloseTo(121, 0);
});

test("what can be lost is no less than two uploads, whatever is promised", () => {
  const lost = (within: string) => {
    const plan = made("6000MiB", within);
    return rpoBound(plan, datasetOf(plan), "operator-error", asOf).seconds;
  };

  expect(lost("10s")).toBe(120);
  expect(lost("90s")).toBe(120);
  expect(lost("5m")).toBe(300);
});
