import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import * as pulumiAws from "@pulumi/aws";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation/index.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Drift, drifts, type Exported } from "./testing/drift.js";
import { type Engine, startEngine } from "./testing/engine.js";
import { estate, policy } from "./testing/estate.js";

let engine: Engine;
let stack: Stack;
let exported: Exported;

beforeAll(async () => {
  engine = await startEngine(66);
  stack = await engine.stack("estate", estate);
});
afterAll(() => engine.stop());

/** What an update said about each resource that is not as it was: its properties by the end of its URN. */
function seen() {
  const properties = new Map<string, string[]>();
  const onEvent = ({ resOutputsEvent, resourcePreEvent }: EngineEvent) => {
    const metadata = resOutputsEvent?.metadata ?? resourcePreEvent?.metadata;
    if (!metadata || metadata.op === "same") return;
    const named = Object.keys(metadata.detailedDiff ?? {});
    properties.set(metadata.urn, [...new Set([...(properties.get(metadata.urn) ?? []), ...named])]);
  };
  const of = (end: string) => [...properties].find(([urn]) => urn.endsWith(end))?.[1];
  return { onEvent, of };
}

describe("an estate with every resource type", () => {
  test("a preview writes nothing", async () => {
    const { changeSummary } = await stack.preview();
    expect(changeSummary).toEqual({ create: 26 });
    const calls = await engine.aws.calls("us-east-1");
    const writes = calls.filter(({ action }) => !/:(Get|List|Head|Describe)/.test(action));
    expect(writes).toEqual([]);
  });

  test("comes up with the outputs of the official resources", async () => {
    const { outputs, summary } = await stack.up();
    expect(summary.resourceChanges).toEqual({ create: 26 });
    exported = Object.fromEntries(
      Object.entries(outputs).map(([name, { value }]) => [name, value as string]),
    );
    expect(exported).toMatchObject({
      bucket: expect.stringMatching(/^plain-[0-9a-f]{7}$/),
      domain: `${exported.bucket}.s3.us-east-1.amazonaws.com`,
      fqdn: "api.chat.test",
      issuer: "oidc.eks.us-east-1.amazonaws.com/id/SECONDSITE",
      keyArn: `arn:aws:kms:us-east-1:000000000000:key/${exported.keyId}`,
      keyId: expect.stringMatching(/^mrk-/),
      role: expect.stringMatching(/^replication-[0-9a-f]{7}$/),
    });
    expect(exported.nameServers).toHaveLength(4);
  });

  test("up again changes nothing", async () => {
    const { summary } = await stack.up();
    expect(summary.resourceChanges).toEqual({ same: 26 });
  });

  test("refresh shows no drift", async () => {
    const { summary } = await stack.refresh();
    expect(summary.resourceChanges).toEqual({ same: 26 });
  });
});

describe("a property changed directly in the store is named by refresh", () => {
  let changed: readonly Drift[];
  const refreshed = seen();

  beforeAll(async () => {
    changed = drifts(engine.aws, exported);
    for (const { change } of changed) await change();
    await stack.refresh({ onEvent: refreshed.onEvent });
  });

  test("each of them", () => {
    const named = changed.map(({ urn }) => `${urn} ${refreshed.of(urn)?.join(" ")}`);
    const missed = changed.filter(({ urn, property }) => !refreshed.of(urn)?.includes(property));
    expect(missed, named.join("\n")).toEqual([]);
  });

  test("and up brings it back", async () => {
    for (const { undo } of changed) await undo?.();
    await stack.up({ refresh: true });
    const { summary } = await stack.refresh();
    expect(summary.resourceChanges).toEqual({ same: 26 });
    expect((await stack.up()).summary.resourceChanges).toEqual({ same: 26 });
  });

  test("what was deleted is gone", async () => {
    const s3 = new S3Client(engine.aws.client("us-east-1"));
    await s3.send(new DeleteBucketPolicyCommand({ Bucket: exported.bucket }));
    const { summary } = await stack.refresh();
    expect(summary.resourceChanges).toEqual({ same: 25, delete: 1 });
    expect((await stack.up()).summary.resourceChanges).toEqual({ same: 25, create: 1 });
  });
});

describe("refusals", () => {
  test.each<[string, () => unknown, string, string]>([
    [
      "a bad enum",
      () =>
        new pulumiAws.s3.BucketVersioning("v", {
          bucket: "b",
          versioningConfiguration: { status: "Enabledd" },
        }),
      "versioningConfiguration.status",
      'is "Enabledd"; AWS takes Enabled, Suspended, Disabled',
    ],
    [
      "an unknown nested field",
      () => {
        const rule = { objectOwnership: "BucketOwnerEnforced", owner: "me" };
        return new pulumiAws.s3.BucketOwnershipControls("o", { bucket: "b", rule });
      },
      "rule.owner",
      "is not a property of s3.BucketOwnershipControlsRule; it has objectOwnership",
    ],
  ])("%s stops a preview, with its path", async (_case, make, path, reason) => {
    const wrong = await engine.stack("wrong", async () => {
      make();
    });
    const failed = await wrong.preview().catch((error: unknown) => String(error));
    expect(failed).toContain(`${path} ${reason}`);
  });

  test("a resource type that is not served stops a preview", async () => {
    const wrong = await engine.stack("unserved", async () => {
      new pulumiAws.sqs.Queue("q", {});
    });
    await expect(wrong.preview()).rejects.toThrow(/does not serve aws:sqs\/queue:Queue/);
  });

  test("a bucket with objects is not deleted without forceDestroy", async () => {
    const program = (forceDestroy: boolean) => async () => {
      const bucket = new pulumiAws.s3.Bucket("full", { bucket: "full-bucket", forceDestroy });
      return { bucket: bucket.bucket };
    };
    const full = await engine.stack("full", program(false));
    await full.up();
    const s3 = new S3Client(engine.aws.client("us-east-1"));
    await s3.send(new PutObjectCommand({ Bucket: "full-bucket", Key: "k", Body: "v" }));
    await expect(full.destroy()).rejects.toThrow(/BucketNotEmpty/);
    const forced = await engine.stack("full", program(true));
    await forced.up();
    expect((await forced.destroy()).summary.resourceChanges).toMatchObject({ delete: 2 });
    await expect(s3.send(new ListObjectVersionsCommand({ Bucket: "full-bucket" }))).rejects.toThrow();
  });
});

describe("other ways in", () => {
  test("a bucket that is there already is imported, with its region in the id, and doesn't differ", async () => {
    const west = new S3Client(engine.aws.client("us-west-2"));
    const CreateBucketConfiguration = { LocationConstraint: "us-west-2" as const };
    await west.send(new CreateBucketCommand({ Bucket: "was-there", CreateBucketConfiguration }));
    const importing = await engine.stack("importing", async () => {
      const args = { bucket: "was-there", region: "us-west-2" };
      const bucket = new pulumiAws.s3.Bucket("b", args, { import: "was-there@us-west-2" });
      return { region: bucket.bucketRegion };
    });
    const { summary, outputs } = await importing.up();
    expect(summary.resourceChanges).toEqual({ create: 1, import: 1 });
    expect(outputs.region?.value).toBe("us-west-2");
    expect((await importing.up()).summary.resourceChanges).toEqual({ same: 2 });
    await importing.destroy();
  });

  test("a provider of its own has its region and tags, and a change of them changes the resource", async () => {
    const program = (owner: string) => async () => {
      const provider = new pulumiAws.Provider("west", {
        region: "us-west-2",
        defaultTags: { tags: { owner } },
      });
      const key = new pulumiAws.kms.Key("k", { tags: { team: "a" }, deletionWindowInDays: 7 }, { provider });
      return { arn: key.arn, all: key.tagsAll };
    };
    const first = await (await engine.stack("tagged", program("dr"))).up();
    expect(first.outputs.arn?.value).toMatch(/^arn:aws:kms:us-west-2:/);
    expect(first.outputs.all?.value).toEqual({ owner: "dr", team: "a" });
    const tagged = await engine.stack("tagged", program("ops"));
    expect((await tagged.up()).outputs.all?.value).toEqual({ owner: "ops", team: "a" });
    expect((await tagged.refresh()).summary.resourceChanges).toEqual({ same: 3 });
    await tagged.destroy();
  });

  test("what can't be changed in place is replaced", async () => {
    const program = (path: string) => async () => {
      const assumeRolePolicy = policy({
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: "sts:AssumeRole",
      });
      return { arn: new pulumiAws.iam.Role("r", { assumeRolePolicy, path }).arn };
    };
    await (await engine.stack("replaced", program("/"))).up();
    const replaced = await engine.stack("replaced", program("/jobs/"));
    const { summary, outputs } = await replaced.up();
    expect(summary.resourceChanges).toMatchObject({ replace: 1 });
    expect(outputs.arn?.value).toMatch(/:role\/jobs\/r-[0-9a-f]{7}$/);
    await replaced.destroy();
  });
});

test("a lost region fails within ten seconds or so, with one message that names service and region", async () => {
  await engine.aws.kill("us-west-2");
  const started = Date.now();
  const failed = await stack.refresh().catch((error: unknown) => String(error));
  expect(failed).toContain("s3 of region us-west-2 cannot be reached: the connection is refused");
  expect((Date.now() - started) / 1000).toBeLessThan(20);
  await engine.aws.revive("us-west-2");
});

test("destroy leaves nothing", async () => {
  const { summary } = await stack.destroy();
  expect(summary.resourceChanges).toEqual({ delete: 26 });
});
