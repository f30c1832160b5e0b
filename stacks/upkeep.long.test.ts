import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { DecryptCommand, KMSClient } from "@aws-sdk/client-kms";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { AssumeRoleWithWebIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type UpkeepJob, upkeepJobs, upkeepOf } from "../plan/derive/upkeep.js";
import { cloudSiteOf, names, type Plan, postgresDatasets, primarySite } from "../plan/index.js";
import chat from "../plans/kubernetes-chat.js";
import { defaultWorld, down, up } from "../sandbox/world/index.js";
import { testImages } from "../sandbox/world/testing/images.js";
import { noTraces, tracesOf } from "../sandbox/world/testing/traces.js";
import { asCredentials, awsOf, callsOf } from "./testing/aws.js";
import { eventually } from "./testing/eventually.js";
import { fired, runNow } from "./testing/jobs.js";
import { Project } from "./testing/project.js";
import { objectsBelow, textAt, versionsBelow } from "./testing/vault-objects.js";

/** The plan as it is, but for dumps: of these only the newest is kept. */
const plan: Plan = structuredClone(chat);
for (const backup of plan.datasets.messages?.kind === "postgres" ? plan.datasets.messages.backups : [])
  if (backup.kind === "logical") backup.keep = { count: 1 };
/** The state of these very stacks lies in a part of a bucket, which Kubernetes' clock backs up. */
const stateDataset = "infrastructure-state";
const stateBucket = "chat-state";
const statePrefix = "teams/chat/";
const state = plan.datasets[stateDataset];
if (state?.kind === "configuration") {
  state.source.reference = `s3://${stateBucket}/${statePrefix}`;
  for (const backup of state.backups)
    if (backup.kind === "copy")
      backup.schedule = {
        ...{ kind: "cron", cron: "17 2 * * *", timeZone: "UTC", runner: "kubernetes" },
        ...{ concurrency: "Forbid", startWithin: "5m", deadline: "10m" },
      };
}
const spec = { ...defaultWorld, name: "upkeep", net: 97 };
const stack = "chat-backup";
const dataset = "messages";
const site = primarySite(plan);
const home = "us-east-1";
const { account } = cloudSiteOf(plan, site);
const vault = names.vaultBucket(plan, site, "customer");
const chain = names.manifestPrefix(dataset, 1);
const day = 86_400_000;
const denied = { name: expect.stringMatching(/^AccessDenied/) };

let project: Project;
let file: string;
let aws: Awaited<ReturnType<typeof awsOf>>;
let s3: S3Client;
let s3Away: S3Client;
/** Labels of the dumps, oldest first. */
let older: string;
let newer: string;

const kubectl = (...args: string[]) => project.kubectl(home, "--namespace", names.namespace(plan), ...args);

interface Entry {
  readonly entry: string;
  readonly sequence: number;
  readonly kind?: string;
  readonly label?: string;
  readonly level?: string;
  readonly by?: string;
  readonly faults?: readonly string[];
  readonly reason?: string;
  readonly point?: { readonly sequence: number };
  readonly removed?: readonly { readonly sequence: number }[];
  readonly parts?: readonly { readonly key: string }[];
}
const entries = () => objectsBelow<Entry>(s3, vault, chain);
/** The chains of the physical copies, by site. */
const chains = {
  virginia: entries,
  oregon: () => objectsBelow<Entry>(s3Away, names.vaultBucket(plan, "oregon", "customer"), chain),
};
/** Each copy has a backup of its own, and a label for it. */
const physicalLabel = async (from = entries) =>
  (await from()).find(({ kind }) => kind === "physical")?.label ?? "";
const dumpCalled = async (label: string) => (await entries()).find((one) => one.label === label);
const partsOf = async (label: string) => ((await dumpCalled(label))?.parts ?? []).map(({ key }) => key);
/** What a chain says of a point's verifications at a level, oldest first. */
const verificationsOf = async (label: string, level: string, from = entries) => {
  const all = await from();
  const sequence = all.find((one) => one.label === label)?.sequence;
  return all.filter(
    (one) => one.entry === "verification" && one.level === level && one.point?.sequence === sequence,
  );
};
/** What the audit log says of an operation, newest last. */
const recordsOf = async (operation: string) =>
  (
    await objectsBelow<{ operation: string; exitCode: number; who: { host: string; identity?: string } }>(
      s3,
      vault,
      names.auditPrefix(site, "customer"),
    )
  ).filter((record) => record.operation === operation);
/** What the record of an operation says that a Job's Pod did, as the job's own ServiceAccount. */
const recordedBy = (job: UpkeepJob, { name }: { readonly name: string }, exitCode = 0) => ({
  exitCode,
  who: {
    host: expect.stringMatching(`^${name}-`),
    identity: `system:serviceaccount:${names.namespace(plan)}:${names.serviceAccount(dataset, job)}`,
  },
});
/** Calls of one kind that succeeded under a job's own role. */
const doneAs = async (job: names.DatasetJob, wanted: string, of = dataset) => {
  const principal = `assumed-role/${names.roleName(plan, site, of, job)}/`;
  return (await callsOf(spec, home)).filter(
    ({ action, principal: by, status }) => action === wanted && by?.includes(principal) && status < 300,
  );
};
const lockedUntil = async (Key: string) => {
  const [version] = (await versionsBelow(s3, vault, Key)).filter((one) => one.Key === Key);
  const head = new HeadObjectCommand({ Bucket: vault, Key, VersionId: version?.VersionId });
  return (await s3.send(head)).ObjectLockRetainUntilDate?.getTime() ?? 0;
};
const token = async (job: names.DatasetJob, of: string) =>
  (await kubectl("create", "token", names.serviceAccount(of, job), "--audience=sts.amazonaws.com")).output;
const assume = async (role: names.DatasetJob, as: names.DatasetJob = role, of = dataset) => {
  const { Credentials: given } = await new STSClient(aws(home)).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${account}:role/${names.roleName(plan, site, of, role)}`,
      RoleSessionName: "test",
      WebIdentityToken: await token(as, of),
    }),
  );
  return aws(home, asCredentials(given));
};
const labelsOfDumps = async () =>
  (await entries()).flatMap(({ kind, label }) => (kind === "logical" && label ? [label] : []));

beforeAll(async () => {
  await down(spec);
  const { pause, runner, app } = await testImages();
  await up(spec, { images: [pause, runner.tar, app.tar] });
  aws = await awsOf(spec);
  s3 = new S3Client(aws(home));
  s3Away = new S3Client(aws("us-west-2"));
  project = await Project.create(spec.name);
  file = await project.plan("one-dump", plan);
  await project.init(stack, {
    ...{ plan: file, role: "backup", runnerImage: runner.reference },
    serviceImages: JSON.stringify({ api: app.reference }),
  });
  await project.must("up", "--stack", stack, "--yes", "--skip-preview");
  const psql = ["psql", "-X", "-h", "/run/secondsite", "-U", "postgres", "-v", "ON_ERROR_STOP=1", "chat"];
  const rows = "CREATE TABLE notes AS SELECT n, md5(n::text) AS body FROM generate_series(1, 50000) n";
  const { exitCode, output } = await kubectl(
    ...["exec", "messages-0", "--container=database", "--", ...psql, "-c", rows],
  );
  expect(exitCode, output).toBe(0);
  await runNow(kubectl, "messages-physical", "full-now");
  await runNow(kubectl, "messages-logical", "dump-older");
  await runNow(kubectl, "messages-logical", "dump-newer");
  [older = "", newer = ""] = await labelsOfDumps();
  expect(newer).not.toBe("");
});
afterAll(async () => {
  await project?.remove();
  await down(spec);
});

test("C4: what upkeep the plan calls for stands in the cluster as CronJobs, at the plan's times", async () => {
  const [[name, postgres] = ["", undefined]] = postgresDatasets(plan);
  if (!postgres) throw new Error("no dataset");
  const { output } = await kubectl(
    ...[
      "get",
      "cronjobs",
      "--output",
      'jsonpath={range .items[*]}{.metadata.name}|{.spec.schedule}{"\\n"}{end}',
    ],
  );
  const own = upkeepOf(plan, name, postgres).map(({ job, schedule: { cron } }) => `${name}-${job}|${cron}`);
  expect(own).toHaveLength(upkeepJobs.length);
  expect(output.split("\n")).toEqual(expect.arrayContaining(own));
});

test("nothing is pruned before a verification, and the run fails so that somebody hears of it", async () => {
  const { status, said } = await fired(kubectl, "messages-prune");

  expect(status, said).toMatchObject({ succeeded: 0 });
  expect(said).toContain("nothing is dropped: no point is verified");
  expect((await entries()).some(({ entry }) => entry === "tombstone")).toBe(false);
});

test("C5: verify fires by the controller and records every dump as it found it, beside the physical points", async () => {
  const { status, said, metadata } = await fired(kubectl, "messages-verify");

  expect(status, said).toEqual({ succeeded: 1, failed: 0 });
  expect(metadata).toMatchObject({
    ownerReferences: [{ kind: "CronJob", name: "messages-verify" }],
    annotations: { "batch.kubernetes.io/cronjob-scheduled-timestamp": expect.stringMatching(/:00Z$/) },
  });
  for (const label of [older, newer])
    expect(await verificationsOf(label, "stored")).toMatchObject([
      { faults: [], by: expect.stringContaining(`@${metadata.name}-`) },
    ]);
  // Physical copies are read at both sites.
  expect(said).toMatch(/✔ +messages +virginia/);
  expect(said).toMatch(/✔ +messages +oregon/);
  for (const from of Object.values(chains))
    expect(await verificationsOf(await physicalLabel(from), "stored", from)).toMatchObject([
      { faults: [], by: expect.stringContaining(`@${metadata.name}-`) },
    ]);
  expect((await recordsOf("verify")).at(-1)).toMatchObject(recordedBy("verify", metadata));
});

test("locks reach on for what retention keeps, and for nothing else", async () => {
  const [kept = "", leaving = ""] = [(await partsOf(newer))[0], (await partsOf(older))[0]];
  const before = await lockedUntil(kept);
  const left = await lockedUntil(leaving);
  // The bucket's own lock: a day, as only a number of dumps is kept.
  expect(before).toBeLessThan(Date.now() + 1.5 * day);
  const { status, said, metadata } = await fired(kubectl, "messages-lock");

  expect(status, said).toEqual({ succeeded: 1, failed: 0 });
  for (const key of await partsOf(newer))
    expect(await lockedUntil(key)).toBeGreaterThan(Date.now() + 6 * day);
  expect(await lockedUntil(leaving)).toBe(left);
  // The files of the physical point, too.
  const physical = (await entries()).find(({ kind }) => kind === "physical");
  const root = `${names.repositoryPath(dataset, 1).slice(1)}/backup/${dataset}/${physical?.label}/`;
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: vault, Prefix: root }));
  expect(Contents.length).toBeGreaterThan(1);
  for (const { Key = "" } of [Contents[0] ?? {}, Contents.at(-1) ?? {}])
    expect(await lockedUntil(Key)).toBeGreaterThan(Date.now() + 6 * day);
  expect((await recordsOf("locks extend")).at(-1)).toMatchObject(recordedBy("lock", metadata));
  expect((await doneAs("lock", "s3:PutObjectRetention")).length).toBeGreaterThan(3);
});

test("prune drops what retention does not keep, with a tombstone; locked versions stay beneath", async () => {
  const parts = await partsOf(older);
  const look = await project.secondsite("prune", file, "--dataset", dataset);
  expect(look.output).toContain("Nothing was changed.");
  expect(look).toMatchObject({ exitCode: 0, output: expect.stringContaining(older) });
  for (const Key of parts) await s3.send(new HeadObjectCommand({ Bucket: vault, Key }));

  const { status, said, metadata } = await fired(kubectl, "messages-prune");
  expect(status, said).toEqual({ succeeded: 1, failed: 0 });
  const [stone] = (await entries()).filter(({ entry }) => entry === "tombstone");
  expect(stone).toMatchObject({ removed: [{ sequence: (await dumpCalled(older))?.sequence }] });
  expect(stone?.reason).toBe("not among the newest 1 points");
  for (const Key of parts) {
    await expect(s3.send(new HeadObjectCommand({ Bucket: vault, Key }))).rejects.toMatchObject({
      name: "NotFound",
    });
    expect((await versionsBelow(s3, vault, Key)).length).toBe(1);
  }
  for (const Key of await partsOf(newer)) await s3.send(new HeadObjectCommand({ Bucket: vault, Key }));
  expect((await recordsOf("prune")).at(-1)).toMatchObject(recordedBy("prune", metadata));
  expect((await doneAs("prune", "s3:DeleteObject")).length).toBeGreaterThanOrEqual(parts.length);
});

test("the drill's Pod restores the dump in itself, compares it, and records that in the chain", async () => {
  const { status, said, metadata } = await fired(kubectl, "messages-drill");

  expect(status, said).toEqual({ succeeded: 1, failed: 0 });
  expect(said).toContain(`restoring ${newer} into an isolated server`);
  expect(await verificationsOf(newer, "restored")).toMatchObject([
    { faults: [], by: expect.stringContaining(`@${metadata.name}-`) },
  ]);
  expect((await recordsOf("verify")).at(-1)).toMatchObject(recordedBy("drill", metadata));
});

test("the replay's Pod restores a physical point on a volume of its own, which is gone with it, as its own role", async () => {
  const { status, said, metadata } = await fired(kubectl, "messages-replay");

  expect(status, said).toEqual({ succeeded: 1, failed: 0 });
  expect(said).toContain("replaying the log");
  expect(said).toContain("verified the structure of every database");
  // At whichever copy the lot fell on.
  const found = await Promise.all(
    Object.values(chains).map(async (from) => verificationsOf(await physicalLabel(from), "restored", from)),
  );
  expect(found.flat()).toMatchObject([{ faults: [], by: expect.stringContaining(`@${metadata.name}-`) }]);
  expect((await recordsOf("verify")).at(-1)).toMatchObject(recordedBy("replay", metadata));
  const left = async () => (await kubectl("get", "pvc", "--output=name")).output;
  expect(await left()).toContain("scratch");
  await kubectl("delete", "job", metadata.name, "--wait=true");
  await eventually(async () => !(await left()).includes("scratch"), 60, "the volume is gone with its Pod");
});

test("each job is refused what is another's", async () => {
  const [part = ""] = await partsOf(newer);
  const [other = ""] = (await partsOf(newer)).slice(1);
  const entry = `${chain}00000001.json`;
  const read = new GetObjectCommand({ Bucket: vault, Key: part });
  const remove = new DeleteObjectCommand({ Bucket: vault, Key: other });
  const write = new PutObjectCommand({ Bucket: vault, Key: other, Body: "mine" });
  const overwrite = new PutObjectCommand({ Bucket: vault, Key: entry, Body: "{}" });
  const shorten = new PutObjectRetentionCommand({
    ...{ Bucket: vault, Key: part },
    Retention: { Mode: "COMPLIANCE", RetainUntilDate: new Date(Date.now() + 60_000) },
  });
  const forever = new PutObjectRetentionCommand({
    ...{ Bucket: vault, Key: part },
    Retention: { Mode: "COMPLIANCE", RetainUntilDate: new Date(Date.now() + 100 * 365 * 86_400_000) },
  });
  const document = JSON.parse(await textAt(s3, vault, `${names.keyPrefix(dataset)}data-000001.json`));
  const open = new DecryptCommand({
    KeyId: names.keyAlias(plan, "customer"),
    CiphertextBlob: Buffer.from(document.wrapped[0].ciphertext, "base64"),
    EncryptionContext: document.context,
  });

  const own = Object.fromEntries(
    await Promise.all(upkeepJobs.map(async (job) => [job, await assume(job)] as const)),
  ) as Record<UpkeepJob, Awaited<ReturnType<typeof assume>>>;
  const s3As = (job: UpkeepJob) => new S3Client(own[job]);
  // The control: what is a job's own.
  for (const job of ["verify", "drill"] as const) await s3As(job).send(read);
  await new KMSClient(own.drill).send(open);

  for (const job of ["prune", "lock", "replay"] as const)
    await expect(s3As(job).send(read)).rejects.toMatchObject(denied);
  for (const job of ["verify", "lock", "drill", "replay"] as const)
    await expect(s3As(job).send(remove), job).rejects.toMatchObject(denied);
  for (const job of upkeepJobs) {
    await expect(s3As(job).send(write), job).rejects.toMatchObject(denied);
    await expect(s3As(job).send(overwrite), job).rejects.toMatchObject(denied);
    await expect(s3As(job).send(shorten), job).rejects.toMatchObject(denied);
    await expect(s3As(job).send(forever), job).rejects.toMatchObject(denied);
    if (job !== "drill") await expect(new KMSClient(own[job]).send(open), job).rejects.toMatchObject(denied);
    for (const as of upkeepJobs.filter((each) => each !== job))
      await expect(assume(job, as), `${as} as ${job}`).rejects.toMatchObject(denied);
  }
});

test("C5: what is not as it was stored makes the run fail, which names it in the chain: a dump, a physical point", async () => {
  const [Key = ""] = await partsOf(newer);
  const { ContentLength = 0 } = await s3.send(new HeadObjectCommand({ Bucket: vault, Key }));
  await s3.send(new PutObjectCommand({ Bucket: vault, Key, Body: randomBytes(ContentLength) }));
  const label = await physicalLabel();
  const [manifest = ""] = await partsOf(label);
  await s3.send(new PutObjectCommand({ Bucket: vault, Key: manifest, Body: randomBytes(1_000) }));
  const { status, said, metadata } = await fired(kubectl, "messages-verify");

  expect(status, said).toMatchObject({ succeeded: 0 });
  expect(said).toContain(Key);
  expect((await verificationsOf(newer, "stored")).at(-1)?.faults?.join()).toContain(Key);
  expect(said).toContain(manifest);
  expect((await verificationsOf(label, "stored")).at(-1)?.faults?.join()).toContain(manifest);
  const away = await physicalLabel(chains.oregon);
  expect((await verificationsOf(away, "stored", chains.oregon)).at(-1)?.faults).toEqual([]);
  expect((await recordsOf("verify")).at(-1)).toMatchObject(recordedBy("verify", metadata, 1));
});

/** Puts the stacks' state, as Pulumi just wrote it into its folder, where the plan says that it is. */
async function stateInBucket(): Promise<void> {
  await s3.send(new CreateBucketCommand({ Bucket: stateBucket }));
  const own = await readdir(join(project.state, ".pulumi"), { recursive: true, withFileTypes: true });
  for (const file of own.filter((one) => one.isFile())) {
    const path = join(file.parentPath, file.name);
    const Key = `${statePrefix}${relative(project.state, path)}`;
    await s3.send(new PutObjectCommand({ Bucket: stateBucket, Key, Body: await readFile(path) }));
  }
  const others = new PutObjectCommand({ Bucket: stateBucket, Key: "teams/other/.pulumi/x", Body: "theirs" });
  await s3.send(others);
}

test("C19: a CronJob's Pod captures the stacks' state as its own role, into both regions, and it restores", async () => {
  await stateInBucket();
  const { status, said, metadata } = await fired(kubectl, `${stateDataset}-copy`);

  expect(status, said).toEqual({ succeeded: 1, failed: 0 });
  expect(said).toMatch(
    /✔ infrastructure-state: \S+ at virginia, .*\n✔ infrastructure-state: \S+ at oregon, /,
  );
  const [point] = await objectsBelow<Entry>(s3, vault, names.manifestPrefix(stateDataset, 1));
  expect(point).toMatchObject({ entry: "point", kind: "copy" });
  expect((await recordsOf("backup")).at(-1)).toMatchObject({
    who: {
      host: expect.stringMatching(`^${metadata.name}-`),
      identity: `system:serviceaccount:${names.namespace(plan)}:${names.serviceAccount(stateDataset, "backup")}`,
    },
  });
  expect((await doneAs("backup", "s3:PutObject", stateDataset)).length).toBeGreaterThan(3);

  const into = join(project.directory, "elsewhere");
  await mkdir(into);
  const restored = await project.secondsite("restore", file, "--into-backend", into, "--yes");
  expect(restored.exitCode, restored.output).toBe(0);
  const checkpoint = join(".pulumi/stacks/secondsite", `${stack}.json`);
  expect(await readFile(join(into, checkpoint))).toEqual(await readFile(join(project.state, checkpoint)));
});

test("C19: its upkeep comes due as well: verified, locked on, pruned, each as a role of its own", async () => {
  for (const job of ["verify", "lock", "prune"] as const) {
    const { status, said } = await fired(kubectl, `${stateDataset}-${job}`);
    expect(status, `${job}: ${said}`).toEqual({ succeeded: 1, failed: 0 });
  }
  const found = await objectsBelow<Entry>(s3, vault, names.manifestPrefix(stateDataset, 1));
  expect(found.filter(({ entry }) => entry === "verification")).toMatchObject([
    { level: "stored", faults: [] },
  ]);
  expect((await doneAs("lock", "s3:PutObjectRetention", stateDataset)).length).toBeGreaterThan(1);
});

test("C19: who backs state up cannot change it, read beside it, or reach the database's points", async () => {
  const own = await assume("backup", "backup", stateDataset);
  const as = new S3Client(own);
  const there = { Bucket: stateBucket, Key: `${statePrefix}.pulumi/meta.yaml` };
  await as.send(new GetObjectCommand(there));

  await expect(as.send(new PutObjectCommand({ ...there, Body: "x" }))).rejects.toMatchObject(denied);
  await expect(as.send(new DeleteObjectCommand(there))).rejects.toMatchObject(denied);
  const beside = new GetObjectCommand({ ...there, Key: "teams/other/.pulumi/x" });
  await expect(as.send(beside)).rejects.toMatchObject(denied);
  await expect(as.send(new ListObjectsV2Command({ Bucket: stateBucket }))).rejects.toMatchObject(denied);
  const [part = ""] = await partsOf(newer);
  await expect(as.send(new GetObjectCommand({ Bucket: vault, Key: part }))).rejects.toMatchObject(denied);
  for (const other of ["verify", "prune", "lock"] as const) {
    const theirs = new S3Client(await assume(other, other, stateDataset));
    await expect(theirs.send(new GetObjectCommand(there)), other).rejects.toMatchObject(denied);
  }
  const keys = `${names.keyPrefix(stateDataset)}data-000001.json`;
  const overwrite = new PutObjectCommand({ Bucket: vault, Key: keys, Body: "{}" });
  await expect(as.send(overwrite)).rejects.toMatchObject(denied);
});

test("down leaves nothing behind", async () => {
  await down(spec);
  expect(await tracesOf(spec)).toEqual(noTraces);
});
