import { expect, test } from "vitest";

import { judge } from "../testing/judge.js";
import { cronJobsBounded } from "./cron-jobs-bounded.js";

const good = {
  concurrencyPolicy: "Forbid",
  startingDeadlineSeconds: 600,
  jobTemplate: { spec: { activeDeadlineSeconds: 3600 } },
};
const judged = (changes: object) =>
  judge(cronJobsBounded, [
    { type: "kubernetes:batch/v1:CronJob", name: "nightly", props: { spec: { ...good, ...changes } } },
  ]);

test("passes a job with deadlines that never runs twice at once", async () => {
  expect(await judged({})).toEqual([]);
  expect(await judged({ concurrencyPolicy: "Replace" })).toEqual([]);
});

test.each([["Allow", "Allow"] as const, ["the default", undefined] as const])(
  "fails %s: runs that overlap",
  async (_, concurrencyPolicy) => {
    expect(await judged({ concurrencyPolicy })).toEqual([
      'CronJob "nightly" lets runs overlap: concurrencyPolicy must be "Forbid" or "Replace", got "Allow"',
    ]);
  },
);

test("fails a job without a bound on late starts", async () => {
  expect(await judged({ startingDeadlineSeconds: undefined })).toEqual([
    'CronJob "nightly" has no startingDeadlineSeconds: after 100 missed starts it never runs again',
  ]);
});

test("fails a job that may hang for ever", async () => {
  expect(await judged({ jobTemplate: { spec: {} } })).toEqual([
    'CronJob "nightly" has no activeDeadlineSeconds in its Jobs: a run that hangs blocks all others',
  ]);
});
