import { join } from "node:path";
import {
  DeleteObjectCommand,
  DeletePublicAccessBlockCommand,
  GetObjectCommand,
  HeadObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";

import { afterAll, beforeAll, expect, test } from "vitest";

import { cloudSiteOf, names, type Plan, primarySite } from "../plan/index.js";
import chat from "../plans/kubernetes-chat.js";
import { defaultWorld, down, fail, heal, status, up } from "../sandbox/world/index.js";
import { testImages } from "../sandbox/world/testing/images.js";
import { noTraces, tracesOf } from "../sandbox/world/testing/traces.js";
import { asCredentials, awsOf, callsOf } from "./testing/aws.js";
import { asBreakGlass } from "./testing/break-glass.js";
import { eventually } from "./testing/eventually.js";
import { jobsOf, runNow } from "./testing/jobs.js";
import { Project, root } from "./testing/project.js";
import { podsTold } from "./testing/told.js";
import { objectsBelow, textAt, versionsBelow } from "./testing/vault-objects.js";

/** The plan as it is, but for physical backups that come every minute, and dumps in parallel. */
const plan: Plan = structuredClone(chat);
for (const backup of plan.datasets.messages?.kind === "postgres" ? plan.datasets.messages.backups : [])
  if (backup.kind === "physical" && backup.schedule.kind === "cron") backup.schedule.cron = "* * * * *";
  else if (backup.kind === "logical") backup.parallel = { jobs: 2, staging: "256MiB" };
const spec = { ...defaultWorld, name: "stage-a", net: 94 };
const stack = "chat-backup";
const dataset = "messages";
const account = cloudSiteOf(plan, primarySite(plan)).account;
const namespace = names.namespace(plan);
const [home, away] = ["us-east-1", "us-west-2"];
const vault = names.vaultBucket(plan, "virginia", "customer");
const replica = names.vaultBucket(plan, "isolated", "customer");
const backupRole = names.roleName(plan, "virginia", dataset, "backup");
const repository = names.repositoryPrefix(dataset);
const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };

let project: Project;
let aws: Awaited<ReturnType<typeof awsOf>>;
let s3: S3Client;
let s3Away: S3Client;

const kubectl = (...args: string[]) => project.kubectl(home, "--namespace", namespace, ...args);
const manifests = () => versionsBelow(s3, vault, names.manifestPrefix(dataset, 1));
/** Label of the first recovery point of the first epoch, out of its manifest. */
const firstPoint = async () => {
  const [{ Key } = {}] = await manifests();
  return (JSON.parse(await textAt(s3, vault, Key)) as { label: string }).label;
};
const token = async (job: names.DatasetJob) => {
  const account = names.serviceAccount(dataset, job);
  return (await kubectl("create", "token", account, "--audience=sts.amazonaws.com")).output;
};

beforeAll(async () => {
  await down(spec);
  const { pause, runner, app } = await testImages();
  await up(spec, { images: [pause, runner.tar, app.tar] });
  aws = await awsOf(spec);
  [s3, s3Away] = [new S3Client(aws(home)), new S3Client(aws(away))];
  project = await Project.create(spec.name);
  await project.init(stack, {
    plan: await project.plan("every-minute", plan),
    role: "backup",
    runnerImage: runner.reference,
    serviceImages: JSON.stringify({ api: app.reference }),
  });
  await project.must("up", "--stack", stack, "--yes", "--skip-preview");
});
afterAll(async () => {
  await project.remove();
  await down(spec);
});

test("a CronJob's Pod fires on the minute, by the controller, and captures under its own role by web identity", async () => {
  const jobs = () => jobsOf(kubectl, "messages-physical");
  await eventually(async () => (await jobs()).some(({ status }) => status.succeeded === 1), 150);
  const job = (await jobs()).find(({ status }) => status.succeeded === 1);
  expect(job?.metadata.ownerReferences).toMatchObject([{ kind: "CronJob", name: "messages-physical" }]);
  expect(job?.metadata.annotations?.["batch.kubernetes.io/cronjob-scheduled-timestamp"]).toMatch(/:00Z$/);

  const principal = new RegExp(`^arn:aws:sts::${account}:assumed-role/${backupRole}/`);
  const written = (await callsOf(spec, home)).filter(
    ({ action, principal: by, status }) =>
      action === "s3:PutObject" && principal.test(by ?? "") && status === 200,
  );
  expect(written.map(({ resource }) => resource)).toContainEqual(
    expect.stringContaining(`${vault}/${names.manifestPrefix(dataset, 1)}`),
  );
});

test("each copy has a chain of its own, signed by one key; the same keys lie at every copy", async () => {
  const copies = [
    [s3, vault, "virginia"],
    [s3Away, names.vaultBucket(plan, "oregon", "customer"), "oregon"],
  ] as const;
  const entry = `${names.manifestPrefix(dataset, 1)}00000001.json`;
  await eventually(async () => (await versionsBelow(s3Away, copies[1][1], entry)).length > 0, 60);
  const entries = await Promise.all(
    copies.map(async ([client, bucket]) => JSON.parse(await textAt(client, bucket, entry))),
  );
  const signature = { key: "signing-000001", signer: expect.stringMatching(/^[0-9a-f]{64}$/) };
  expect(entries).toMatchObject(
    copies.map(([, , site]) => ({ version: 2, entry: "point", kind: "physical", site, signature })),
  );
  expect(new Set(entries.map((each) => each.signature.signer)).size).toBe(1);

  for (const key of ["passphrase", "signing-000001", "data-000001"]) {
    const Key = `${names.keyPrefix(dataset)}${key}.json`;
    const [here = "", away = ""] = await Promise.all(
      copies.map(([client, bucket]) => textAt(client, bucket, Key)),
    );
    expect(away).toBe(here);
    // The category's key, and each holder of the plan's recovery key.
    expect(JSON.parse(here).wrapped).toMatchObject([
      { kind: "kms", key: names.keyAlias(plan, "customer") },
      ...(plan.keys.recovery?.recipients ?? []).map((recipient) => ({ kind: "age", key: recipient })),
    ]);
  }
});

test("C3: the dump's CronJob makes a sealed, locked point in the same chain, as a role that only reads", async () => {
  const psql = ["psql", "-X", "-h", "/run/secondsite", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "chat"];
  await kubectl(
    ...["exec", "messages-0", "--container=database", "--", ...psql],
    ...[
      "-c",
      "CREATE TABLE notes (id int PRIMARY KEY, body text)",
      "-c",
      "INSERT INTO notes VALUES (1, 'a note')",
    ],
  );
  await runNow(kubectl, "messages-logical", "dump-now");

  interface Entry {
    readonly kind?: string;
    readonly parts: readonly { readonly key: string }[];
  }
  const entries = await objectsBelow<Entry>(s3, vault, names.manifestPrefix(dataset, 1));
  const point = entries.find(({ kind }) => kind === "logical");
  expect(point).toMatchObject({
    ...{ version: 2, entry: "point", site: "virginia", takenAt: "virginia", epoch: 1 },
    source: { engine: "postgresql", database: "chat" },
    keys: [{ id: "data-000001" }, { id: "signing-000001" }],
  });
  // In the directory format, by several connections.
  expect(point?.parts).toContainEqual(expect.objectContaining({ key: expect.stringContaining("toc.dat") }));
  for (const { key } of point?.parts ?? []) {
    expect(key).toMatch(/^points\/messages\/logical\//);
    const { ServerSideEncryption, ObjectLockMode } = await s3.send(
      new HeadObjectCommand({ Bucket: vault, Key: key }),
    );
    expect({ ServerSideEncryption, ObjectLockMode }).toEqual({
      ServerSideEncryption: "aws:kms",
      ObjectLockMode: "COMPLIANCE",
    });
  }
});

test("what it wrote is encrypted twice: by the tool's own cipher and under the category's key", async () => {
  const label = await firstPoint();
  const stored = (await versionsBelow(s3, vault, `${repository}e000001/backup/${dataset}/${label}/`)).filter(
    ({ Size }) => Size,
  );
  expect(stored.length).toBeGreaterThan(3);
  const sample = stored.filter((_, index) => index % Math.ceil(stored.length / 25) === 0);
  for (const { Key } of sample) {
    const { Body, ServerSideEncryption, SSEKMSKeyId } = await s3.send(
      new GetObjectCommand({ Bucket: vault, Key, Range: "bytes=0-7" }),
    );
    expect({ ServerSideEncryption, SSEKMSKeyId }, Key).toEqual({
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: expect.stringMatching(`^arn:aws:kms:${home}:${account}:key/mrk-`),
    });
    // What OpenSSL puts before a ciphertext whose key comes from a passphrase.
    expect(await Body?.transformToString(), Key).toBe("Salted__");
  }
});

test("every version appears in the isolated site's bucket under the same id, and under that region's key", async () => {
  const parts = [
    `${repository}e000001/backup/${dataset}/${await firstPoint()}/`,
    names.manifestPrefix(dataset, 1),
  ];
  const ids = async (client: S3Client, bucket: string) => {
    const found = await Promise.all(parts.map((part) => versionsBelow(client, bucket, part)));
    return found.flat().map(({ Key, VersionId }) => `${Key} ${VersionId}`);
  };
  const sent = await ids(s3, vault);
  expect(sent.length).toBeGreaterThan(3);
  await eventually(async () => {
    const arrived = new Set(await ids(s3Away, replica));
    return sent.every((each) => arrived.has(each));
  }, 60);
  const [{ Key, VersionId } = {}] = await manifests();
  expect(await s3Away.send(new HeadObjectCommand({ Bucket: replica, Key, VersionId }))).toMatchObject({
    ReplicationStatus: "REPLICA",
    ServerSideEncryption: "aws:kms",
    SSEKMSKeyId: expect.stringMatching(`^arn:aws:kms:${away}:${account}:key/mrk-`),
    ObjectLockMode: "COMPLIANCE",
  });
});

test("another ServiceAccount is refused for that role; its own gets in and stays within its prefixes", async () => {
  const assume = async (job: names.DatasetJob) =>
    new STSClient(aws(home)).send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: `arn:aws:iam::${account}:role/${backupRole}`,
        RoleSessionName: "test",
        WebIdentityToken: await token(job),
      }),
    );
  await expect(assume("database")).rejects.toMatchObject(denied);
  const own = new S3Client(aws(home, asCredentials((await assume("backup")).Credentials)));
  await own.send(new GetObjectCommand({ Bucket: vault, Key: names.passphraseKey(dataset) }));
  const [{ Key, VersionId } = {}] = await manifests();
  for (const refused of [{ Key }, { Key, VersionId }])
    await expect(own.send(new DeleteObjectCommand({ Bucket: vault, ...refused }))).rejects.toMatchObject(
      denied,
    );
});

test("deleting a version is refused: by the bucket's policy to root, by the lock even to break-glass", async () => {
  const [{ Key, VersionId } = {}] = await manifests();
  const remove = { Bucket: vault, Key, VersionId };
  await expect(s3.send(new DeleteObjectCommand(remove))).rejects.toMatchObject(denied);
  const breakGlass = new S3Client(aws(home, await asBreakGlass(aws, home, account)));
  await expect(breakGlass.send(new DeleteObjectCommand(remove))).rejects.toMatchObject({
    ...denied,
    message: expect.stringMatching(/lock/i),
  });
  await expect(
    breakGlass.send(new DeleteObjectCommand({ ...remove, BypassGovernanceRetention: true })),
  ).rejects.toMatchObject(denied);
  await s3.send(new HeadObjectCommand(remove));
});

test("pulumi up again changes nothing, and refresh shows no drift", async () => {
  const again = await project.pulumi(
    "up",
    "--stack",
    stack,
    "--yes",
    "--skip-preview",
    "--expect-no-changes",
  );
  expect(again).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^ +\d+ unchanged$/m) });
  const refresh = await project.pulumi("refresh", "--stack", stack, "--yes", "--expect-no-changes");
  expect(refresh).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^ +\d+ unchanged$/m) });
});

test("what was changed directly is named by refresh, and up puts it right", async () => {
  await s3Away.send(new DeletePublicAccessBlockCommand({ Bucket: replica }));
  await kubectl("patch", "cronjob", "messages-physical", '--patch={"spec":{"concurrencyPolicy":"Allow"}}');
  const seen = await project.pulumi("refresh", "--stack", stack, "--preview-only", "--diff");
  expect(seen.output).toContain("chat-isolated-customer-closed");
  expect(seen.output).toMatch(/concurrencyPolicy: "Forbid" => "Allow"/);

  await project.must("up", "--stack", stack, "--yes", "--skip-preview", "--refresh");
  const put = await kubectl("get", "cronjob", "messages-physical", "-o=jsonpath={.spec.concurrencyPolicy}");
  expect(put.output).toBe("Forbid");
  const after = await project.pulumi("refresh", "--stack", stack, "--yes", "--expect-no-changes");
  expect(after.exitCode, after.output).toBe(0);
});

test("the policy pack passes for the stack and fails for a loosened one, by the real engine", async () => {
  const pack = ["--stack", stack, "--policy-pack", join(root, "policy")];
  const kept = await project.pulumi("preview", ...pack);
  expect(kept).toMatchObject({ exitCode: 0, output: expect.stringContaining("✅ secondsite@v") });

  const loosened = await project.variant("stacks/testing/loosened.mjs");
  const { exitCode, output } = await loosened.pulumi("preview", ...pack);
  expect(exitCode).not.toBe(0);
  for (const message of [
    'bucket "chat-virginia-customer-bucket" is not versioned',
    'bucket "chat-virginia-customer-bucket" lets the public in: set restrictPublicBuckets to true',
    '"chat-lease-bucket" sets forceDestroy',
    'key "chat-key-customer-primary" does not rotate',
    'lets runs overlap: concurrencyPolicy must be "Forbid" or "Replace", got "Allow"',
    'does not pin "sub"',
  ])
    expect(output).toContain(message);
});

test("fail takes the region and its vault away, the replica stays; heal brings back all of it with its data", async () => {
  const [{ Key, VersionId } = {}] = await manifests();
  await fail(spec.name, home);
  expect((await status(spec.name)).regions).toMatchObject([
    { region: home, link: "down", processes: 0, nodeReady: false, gateAnswers: false },
    { region: away, link: "up", nodeReady: true, gateAnswers: true },
    { region: "eu-west-1", gateAnswers: true },
  ]);
  await expect(s3.send(new HeadObjectCommand({ Bucket: vault, Key }))).rejects.toThrow();
  await s3Away.send(new HeadObjectCommand({ Bucket: replica, Key, VersionId }));

  await heal(spec.name, home);
  await eventually(async () => (await status(spec.name)).regions[0]?.nodeReady === true, 120);
  await s3.send(new HeadObjectCommand({ Bucket: vault, Key, VersionId }));
  const before = (await manifests()).length;
  // A capture that the failure killed counts as dead after two minutes; then the next minute's run takes its lease over.
  const captured = async () => (await manifests()).length > before;
  await eventually(captured, 300, "the CronJob captures again", () => podsTold(kubectl, spec, home));
});

test("down leaves nothing behind", async () => {
  await down(spec);
  expect(await tracesOf(spec)).toEqual(noTraces);
});
