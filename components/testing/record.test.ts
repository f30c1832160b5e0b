import * as s3 from "@pulumi/aws/s3/index.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { record } from "./record.js";

const late = (value: string) =>
  pulumi.output(new Promise<string>((resolve) => setTimeout(() => resolve(value), 200)));

test("waits for resources whose inputs come late, and for those made from their outputs", async () => {
  const recorded = await record(() => {
    const first = new s3.Bucket("first", { bucket: late("one") });
    new s3.Bucket("second", { bucket: pulumi.interpolate`${first.bucket}-two` });
  });
  expect(recorded.inputsOf("aws:s3/bucket:Bucket")).toEqual({
    first: { bucket: "one" },
    second: { bucket: "one-two" },
  });
});

describe("what fails", () => {
  // Pulumi rejects every Output derived from a failed one, awaited or not; vitest would count each as an error.
  const reporters = process.listeners("unhandledRejection");
  beforeAll(() => {
    process.removeAllListeners("unhandledRejection");
    process.on("unhandledRejection", () => undefined);
  });
  afterAll(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    process.removeAllListeners("unhandledRejection");
    for (const reporter of reporters) process.on("unhandledRejection", reporter);
  });

  test("an input that is rejected fails the recording", async () => {
    const program = () =>
      new s3.Bucket("broken", { bucket: late("x").apply(() => Promise.reject(new Error("no"))) });
    await expect(record(program)).rejects.toThrow("no");
  });

  test("an assertion that fails inside an apply fails the recording", async () => {
    const program = () => ({ checked: late("one").apply((value) => expect(value).toBe("two")) });
    await expect(record(program)).rejects.toThrow(/expected 'one' to be 'two'/);
  });

  test("a program that throws fails the recording", async () => {
    const program = () => {
      throw new Error("bad arguments");
    };
    await expect(record(program)).rejects.toThrow("bad arguments");
  });
});

test("components stand in the lineage, not in the list", async () => {
  class Outer extends pulumi.ComponentResource {
    constructor() {
      super("test:a:Outer", "outer");
      new s3.Bucket("inner", {}, { parent: this });
      this.registerOutputs({});
    }
  }
  const { all, resources } = await record(() => new Outer());
  expect(all).toEqual(["aws:s3/bucket:Bucket::inner"]);
  expect(resources).toMatchObject([{ lineage: "test:a:Outer$aws:s3/bucket:Bucket" }]);
});
