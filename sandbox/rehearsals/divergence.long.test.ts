import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DecryptCommand, KMSClient } from "@aws-sdk/client-kms";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";

import { names, ports } from "../../plan/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { awsOf } from "../../stacks/testing/aws.js";
import { silent } from "../progress.js";
import { defaultWorld, down, fail, heal, up } from "../world/index.js";
import { testImages } from "../world/testing/images.js";
import { kubectl } from "./kubectl.js";
import type { Stage } from "./model.js";
import { asOperator, secondsite } from "./operator-command.js";
import { createStack, deploy, outputsOf, siteOutputs } from "./stacks.js";
import { Timeline } from "./timeline.js";
import { until } from "./until.js";
import { makeWorkspace } from "./workspace.js";

const spec = { ...defaultWorld, name: "diverge", net: 95 };
const dataset = "messages";
const home = "us-east-1";
const vault = names.vaultBucket(plan, "virginia", "customer");
const namespace = names.namespace(plan);
const { signal } = new AbortController();
const say = () => undefined;

const keeper = z.object({
  epoch: z.int().optional(),
  divergence: z.object({ commits: z.int(), key: z.string() }).optional(),
  history: z.array(z.object({ what: z.string() })),
});
const reported = z.object({
  supersededBy: z.object({ site: z.string(), epoch: z.int() }),
  timeline: z.int(),
  forkLsn: z.string(),
  endLsn: z.string(),
  commits: z.int(),
  tables: z.record(z.string(), z.int()),
  transactions: z.array(z.object({ xid: z.int() })),
  segments: z.array(z.object({ name: z.string(), key: z.string() })),
  missing: z.array(z.string()),
  openingProgram: z.string(),
});

let stage: Stage;
let folder: string;
let s3: S3Client;
let kms: KMSClient;
/** Numbers of the transactions that were acknowledged and never stored anywhere else. */
let unstored: number[];
let report: z.infer<typeof reported>;

const at = (...args: readonly string[]) => kubectl(stage.world, home, "--namespace", namespace, ...args);
const inDatabase = (...argv: readonly string[]) =>
  at("exec", `${dataset}-0`, "--container=database", "--", ...argv);
const sql = (...statements: readonly string[]) =>
  inDatabase(
    ...["psql", "--host=/run/secondsite", "--username=postgres", "--quiet", "--no-align", "--tuples-only"],
    ...statements.map((statement) => `--command=${statement}`),
  );
const object = async (Key: string) => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: vault, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
const asked = async (health: string) => {
  const answer = await fetch(`http://${health}:${ports.keeper}/status`, {
    signal: AbortSignal.timeout(2_000),
  }).catch(() => undefined);
  return answer?.ok ? keeper.parse(await answer.json()) : undefined;
};
const whenKeeper = (
  health: string,
  what: string,
  holds: (status: z.infer<typeof keeper>) => boolean,
  within = 240,
) =>
  until(
    async () => {
      const status = await asked(health);
      return status && holds(status) ? status : undefined;
    },
    { what, within, signal },
  );

beforeAll(async () => {
  await down(spec);
  folder = await mkdtemp(join(tmpdir(), "secondsite-divergence-"));
  const { pause, runner, app } = await testImages();
  const world = await up(spec, { images: [pause, runner.tar, app.tar] });
  const workspace = await makeWorkspace(world, plan);
  stage = { world, plan, dataset, workspace, timeline: new Timeline(silent), signal };
  const aws = await awsOf(spec);
  [s3, kms] = [new S3Client(aws(home)), new KMSClient(aws(home))];
  const common = {
    plan: workspace.planFile,
    runnerImage: runner.reference,
    serviceImages: JSON.stringify({ api: app.reference }),
  };
  const [backup, standby, dns] = [
    names.stackName(plan, "backup"),
    names.stackName(plan, "standby", "oregon"),
    names.stackName(plan, "dns"),
  ] as const;
  const stacks = {
    [backup]: { ...common, role: "backup" },
    [standby]: { ...common, role: "standby", site: "oregon", mode: "pilot-light" },
  };
  await Promise.all(
    Object.entries(stacks).map(async ([name, config]) => {
      await createStack(stage, { name, config });
      await deploy(stage, name, say);
    }),
  );
  await createStack(stage, { name: dns, config: { ...common, role: "dns" } });
  await deploy(stage, dns, say);

  const here = (await outputsOf(stage, backup, siteOutputs)).endpoint;
  const there = (await outputsOf(stage, standby, siteOutputs)).endpoint;
  await whenKeeper(here.health, "the primary to open", ({ epoch }) => epoch === 1);
  await sql("CREATE TABLE entry (id int)", "INSERT INTO entry SELECT generate_series(1, 3)");
  await at("create", "job", "first", `--from=cronjob/${dataset}-physical`);
  await until(
    async () =>
      (await at("get", "job", "first", "--output=jsonpath={.status.succeeded}")) === "1" ? true : undefined,
    { what: "the backup", within: 180, signal, every: 2 },
  );
  const stored = (await sql("SELECT pg_walfile_name(pg_switch_wal())")).trim();
  await until(
    async () =>
      (await sql("SELECT last_archived_wal FROM pg_stat_archiver")).trim() >= stored ? true : undefined,
    { what: `${stored} to be archived`, within: 60, signal },
  );
  const insert = (id: number) => `INSERT INTO entry VALUES (${id}) RETURNING pg_current_xact_id()`;
  unstored = (await sql(...[11, 12, 13, 14, 15, 16, 17].map(insert))).trim().split("\n").map(Number);

  await fail(spec.name, home);
  const [node, program] = secondsite;
  const argv = [node, program, "failover", workspace.planFile, "--to", "oregon", "--yes"] as const;
  const failover = await asOperator(stage, argv);
  if (failover.exitCode !== 0) throw new Error(`failover: ${failover.stdout}\n${failover.stderr}`);
  await whenKeeper(there.health, "the standby to open", ({ epoch }) => epoch === 2);

  await heal(spec.name, home);
  const { divergence } = await whenKeeper(
    here.health,
    "the export",
    (status) => status.divergence !== undefined,
  );
  report = reported.parse(JSON.parse((await object(divergence?.key ?? "")).toString("utf8")));
  expect(divergence).toEqual({
    commits: report.commits,
    key: `${names.divergencePrefix(dataset, 1)}report.json`,
  });
});
afterAll(async () => {
  if (folder) await rm(folder, { recursive: true, force: true });
  await down(spec);
});

test("an old primary that returns exports exactly what it committed after the new epoch began", () => {
  expect(report.supersededBy).toEqual({ site: "oregon", epoch: 2 });
  expect(unstored).toHaveLength(7);
  expect(report.tables["postgres.public.entry"]).toBe(unstored.length);
  expect(report.transactions.map(({ xid }) => xid)).toEqual(expect.arrayContaining(unstored));
  expect(report.missing).toEqual([]);
});

test("it stays fenced, and the new epoch has none of it", async () => {
  await expect(sql("INSERT INTO entry VALUES (99)")).rejects.toThrow(/read-only transaction/);
  const there = await kubectl(
    ...[stage.world, "us-west-2", "--namespace", namespace, "exec", `${dataset}-0`, "--container=database"],
    ...["--", "psql", "--host=/run/secondsite", "--username=postgres", "--no-align", "--tuples-only"],
    "--command=SELECT id FROM entry ORDER BY id",
  );
  expect(there.trim().split("\n")).toEqual(["1", "2", "3"]);
});

test("what was exported is sealed, opens by the report's own steps, and pg_waldump reads it", async () => {
  const wrapped = z
    .object({ ciphertext: z.string() })
    .parse(JSON.parse((await object(names.passphraseKey(dataset))).toString("utf8")));
  const { Plaintext } = await kms.send(
    new DecryptCommand({
      CiphertextBlob: Buffer.from(wrapped.ciphertext, "base64"),
      EncryptionContext: { plan: plan.name, dataset },
    }),
  );
  const PASSPHRASE = Buffer.from(Plaintext ?? []).toString("utf8");
  await mkdir(join(folder, "opened"));
  await inDatabase("mkdir", "-p", "/tmp/opened");
  for (const { name, key } of report.segments) {
    const [sealed, opened] = [join(folder, name), join(folder, "opened", name)];
    await writeFile(sealed, await object(key));
    const open = (passphrase: string, as: string) =>
      execa(process.execPath, ["--input-type=module", "--eval", report.openingProgram, sealed, as, opened], {
        env: { PASSPHRASE: passphrase },
        reject: false,
      });
    expect((await open("wrong", key)).failed).toBe(true);
    expect((await open(PASSPHRASE, `${key}x`)).failed).toBe(true);
    expect((await open(PASSPHRASE, key)).stderr).toBe("");
    await at("cp", opened, `${dataset}-0:/tmp/opened/${name}`, "--container=database");
  }
  const { timeline, forkLsn, endLsn } = report;
  const told = await inDatabase(
    ...[
      "pg_waldump",
      "--path=/tmp/opened",
      `--timeline=${timeline}`,
      `--start=${forkLsn}`,
      `--end=${endLsn}`,
    ],
  );
  const commits = [...told.matchAll(/^rmgr: Transaction .* tx: +(\d+), .* desc: COMMIT /gm)];
  expect(commits.map(([, xid]) => Number(xid))).toEqual(expect.arrayContaining(unstored));
});

test("a restart exports nothing again", async () => {
  const { health } = (await outputsOf(stage, names.stackName(plan, "backup"), siteOutputs)).endpoint;
  await at("delete", "pod", `${dataset}-0`, "--wait=true");
  const before = ({ what }: { what: string }) => /were exported before/.test(what);
  const status = await whenKeeper(
    health,
    "the keeper to know it",
    ({ history }) => history.some(before),
    120,
  );
  expect(status.divergence?.commits).toBe(report.commits);
});
