import { expect, test } from "vitest";

import { targetOf, targetOptions } from "./target.js";

test.each([
  [{}, ["--type=default"]],
  [{ point: "20260301-020001F" }, ["--type=immediate", "--target-action=promote"]],
  [
    { at: "2026-03-01T14:30:00.5+01:00" },
    ["--type=time", "--target=2026-03-01 13:30:00.500000+00", "--target-action=promote"],
  ],
  [{ lsn: "0/3000a8" }, ["--type=lsn", "--target=0/3000A8", "--target-action=promote"]],
  [{ xid: "745" }, ["--type=xid", "--target=745", "--target-action=promote"]],
  [
    { restorePoint: "before the upgrade" },
    ["--type=name", "--target=before the upgrade", "--target-action=promote"],
  ],
])("%o is told to pgBackRest in its words", (wish, options) => {
  expect(targetOptions(targetOf(wish))).toEqual(options);
});

test("a timeline is followed, unless the backup's own end is all that is wanted", () => {
  expect(targetOptions({ kind: "latest" }, 2)).toEqual(["--type=default", "--target-timeline=2"]);
  expect(targetOptions({ kind: "end" }, 2)).not.toContain("--target-timeline=2");
});

test.each([
  [{ at: "yesterday" }, "is not a time as ISO 8601"],
  [{ lsn: "3000100" }, "a position in the log"],
  [{ xid: "2" }, "a transaction's number from 3"],
  [{ xid: "x" }, "a transaction's number from 3"],
  [{ restorePoint: "" }, "a name of 1 to 63 bytes"],
  [{ restorePoint: "it's" }, "without quotes"],
  [{ at: "2026-03-01T14:30:00Z", xid: "7" }, "--at and --xid say several things"],
])("%o is refused with what would be right", (wish, said) => {
  expect(() => targetOf(wish)).toThrow(said);
});
