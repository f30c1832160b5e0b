import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";

import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type LocalAws, startLocalAws } from "./testing/local-aws.js";
import { createBucket } from "./testing/vault.js";

let aws: LocalAws;
let west: S3Client;

beforeAll(async () => {
  aws = await startLocalAws();
  west = new S3Client(aws.client("us-west-2"));
  await createBucket(west, "west", { region: "us-west-2" });
});
afterAll(() => aws.stop());

describe("what leases and repositories stand on", () => {
  test("of two racing If-Match writes exactly one wins, and a read after it sees the winner", async () => {
    for (let round = 0; round < 20; round++) {
      const { ETag } = await west.send(
        new PutObjectCommand({ Bucket: "west", Key: "lease", Body: `${round}` }),
      );
      const write = (Body: string) =>
        west.send(new PutObjectCommand({ Bucket: "west", Key: "lease", Body, IfMatch: ETag })).then(
          () => Body,
          (error: Error) => error.name,
        );
      const outcomes = await Promise.all([write(`${round}-a`), write(`${round}-b`)]);
      expect(outcomes.filter((outcome) => outcome === "PreconditionFailed")).toHaveLength(1);
      const { Body } = await west.send(new GetObjectCommand({ Bucket: "west", Key: "lease" }));
      expect(outcomes).toContain(await Body?.transformToString());
    }
  });

  test("If-None-Match lets one of many create an object", async () => {
    const create = (Body: string) =>
      west.send(new PutObjectCommand({ Bucket: "west", Key: "chain/1", Body, IfNoneMatch: "*" })).then(
        () => "created",
        (error: Error) => error.name,
      );
    const outcomes = await Promise.all(["a", "b", "c", "d"].map(create));
    expect(outcomes.sort()).toEqual([
      "PreconditionFailed",
      "PreconditionFailed",
      "PreconditionFailed",
      "created",
    ]);
  });

  test("a multipart upload arrives whole", async () => {
    const Body = randomBytes(12 * 1024 * 1024);
    await new Upload({
      client: west,
      params: { Bucket: "west", Key: "parts", Body },
      partSize: 5 * 1024 * 1024,
    }).done();
    const got = await west.send(new GetObjectCommand({ Bucket: "west", Key: "parts" }));
    expect(Buffer.compare(Buffer.from((await got.Body?.transformToByteArray()) ?? []), Body)).toBe(0);
  });

  test("300 MB stream through the gate both ways without being held there", async () => {
    const megabytes = 300;
    const chunk = randomBytes(1024 * 1024);
    const before = await aws.peakMemory("us-west-2");
    const Body = Readable.from(Array.from({ length: megabytes }, () => chunk));
    const uploaded = performance.now();
    await west.send(
      new PutObjectCommand({ Bucket: "west", Key: "big", Body, ContentLength: megabytes * chunk.length }),
    );
    const downloaded = performance.now();
    const got = await west.send(new GetObjectCommand({ Bucket: "west", Key: "big" }));
    let bytes = 0;
    for await (const part of got.Body as Readable) bytes += (part as Buffer).length;
    const rate = (from: number, to: number) => Math.round(megabytes / ((to - from) / 1000));
    console.log(
      `through the gate: ${rate(uploaded, downloaded)} MB/s up, ${rate(downloaded, performance.now())} MB/s down`,
    );
    expect(bytes).toBe(megabytes * chunk.length);
    expect((await aws.peakMemory("us-west-2")) - before).toBeLessThan((megabytes / 3) * chunk.length);
  });
});
