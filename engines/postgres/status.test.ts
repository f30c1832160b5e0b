import { expect, test } from "vitest";

import chat from "../../plans/kubernetes-chat.js";
import type { RecoveryPoint } from "./points.js";
import { copyStatus } from "./status.js";

const now = new Date("2026-03-01T12:00:00Z");
const point: RecoveryPoint = {
  ...{ dataset: "messages", site: "oregon", takenAt: "virginia", epoch: 1, sequence: 1, kind: "physical" },
  ...{
    label: "20260301-020000F",
    startedAt: "2026-03-01T02:00:00.000Z",
    finishedAt: "2026-03-01T02:10:00.000Z",
  },
  bytes: { database: 1, stored: 1 },
};
const withLog = (until: string) => ({ ...point, until, newestWal: "000000010000000000000007" });
const copy = (points: RecoveryPoint[], more = {}) => ({
  ...{ dataset: "messages", site: "oregon", store: "s3://chat-oregon-customer", epochs: [], points },
  ...more,
});

test("log of a minute ago keeps the objective of five minutes, whatever the backup's age", () => {
  expect(copyStatus(chat, copy([withLog("2026-03-01T11:59:00.000Z")]), now)).toEqual({
    ...{ dataset: "messages", site: "oregon", lossSeconds: 60, met: true },
    newestPoint: { label: point.label, epoch: 1, ageSeconds: 35_400 },
    newestLog: { segment: "000000010000000000000007", ageSeconds: 60 },
  });
});

test("log that stopped arriving exceeds it", () => {
  expect(copyStatus(chat, copy([withLog("2026-03-01T11:54:59.000Z")]), now)).toMatchObject({
    lossSeconds: 301,
    met: false,
  });
});

test("without log the loss counts from the backup's beginning: later commits need not be in it", () => {
  expect(copyStatus(chat, copy([point]), now)).toMatchObject({ lossSeconds: 36_000, met: false });
});

test("log beneath an older point counts while none was stored after the newest one", () => {
  const newest = { ...point, startedAt: "2026-03-01T11:57:00.000Z", finishedAt: "2026-03-01T11:59:30.000Z" };

  expect(copyStatus(chat, copy([withLog("2026-03-01T11:59:00.000Z"), newest]), now)).toMatchObject({
    newestPoint: { ageSeconds: 30 },
    lossSeconds: 60,
  });
});

test("a damaged point counts as none, and a copy that does not answer keeps nothing", () => {
  expect(copyStatus(chat, copy([{ ...point, problem: "a part is missing" }]), now)).toEqual({
    ...{ dataset: "messages", site: "oregon", met: false },
  });
  expect(copyStatus(chat, copy([], { unreachable: "connection refused" }), now)).toMatchObject({
    unreachable: "connection refused",
    met: false,
  });
});
