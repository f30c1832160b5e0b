import { expect, test } from "vitest";

import { judge } from "../testing/judge.js";
import { noForceDestroy } from "./no-force-destroy.js";

const bucket = (props: Record<string, unknown>) => [{ type: "aws:s3/bucket:Bucket", name: "vault", props }];

test("passes what can only be deleted empty", async () => {
  expect(await judge(noForceDestroy, [...bucket({}), ...bucket({ forceDestroy: false })])).toEqual([]);
});

test("fails a bucket that is deleted with what it holds", async () => {
  expect(await judge(noForceDestroy, bucket({ forceDestroy: true }))).toEqual([
    'aws:s3/bucket:Bucket "vault" sets forceDestroy: deleting it would delete what it holds; leave it out',
  ]);
});

test("fails a zone too", async () => {
  const zone = { type: "aws:route53/zone:Zone", name: "zone", props: { forceDestroy: true } };
  expect(await judge(noForceDestroy, [zone])).toHaveLength(1);
});
