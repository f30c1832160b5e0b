import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test } from "vitest";

import { names, type Plan, parsePlan } from "../plan/index.js";
import chat from "../plans/kubernetes-chat.js";
import { defaultWorld, down, fail, operator, up } from "../sandbox/world/index.js";
import { testImages } from "../sandbox/world/testing/images.js";
import { noTraces, tracesOf } from "../sandbox/world/testing/traces.js";
import { awsOf, callsOf } from "./testing/aws.js";
import { eventually } from "./testing/eventually.js";
import { Project, root } from "./testing/project.js";

/** The plan under a name of its own, with backups that come every minute. */
const plan: Plan = parsePlan({
  ...JSON.parse(JSON.stringify(chat), (key, value) => (key === "cron" ? "* * * * *" : value)),
  name: "moments",
});
const spec = { ...defaultWorld, name: "moments", net: 93 };
const namespace = names.namespace(plan);
const [home, away] = ["us-east-1", "us-west-2"];
const vault = names.vaultBucket(plan, "oregon", "customer");
/** As many rows as are written, and how many of them the chosen moment has. */
const [written, chosen] = [40, 25];

let project: Project;
let file: string;
let s3: S3Client;
/** Time between the commit of each row and the next, by the server's own clock; row 1 first. */
let between: string[];

/** Where the project keeps its state, for commands that find it by the environment. */
const environment = () => ({
  PULUMI_BACKEND_URL: `file://${project.state}`,
  PULUMI_CONFIG_PASSPHRASE: "test",
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_HOME: join(project.directory, "home"),
  PULUMI_SKIP_UPDATE_CHECK: "true",
});

/** Runs the command line as a person would, where the operator is. */
async function secondsite(...args: string[]) {
  const bin = `${root}/scripts/bin/secondsite.mjs`;
  const { process: run } = await operator(spec.name, [process.execPath, bin, ...args], {
    cwd: root,
    reject: false,
    timeout: 300_000,
    env: environment(),
  });
  const { exitCode, stdout, stderr } = await run;
  return { exitCode, said: String(stdout), complained: String(stderr) };
}
const answer = async (...args: string[]) => JSON.parse((await secondsite(...args, "--json")).said);
const sql = async (region: string, pod: string, statement: string): Promise<string[]> => {
  const psql = ["psql", "-X", "-h", "/run/secondsite", "-U", "postgres", "-Atc", statement, "chat"];
  const exec = ["--namespace", namespace, "exec", pod, "--container=database", "--", ...psql];
  const { exitCode, output } = await project.kubectl(region, ...exec);
  if (exitCode !== 0) throw new Error(output);
  return output.split("\n").filter(Boolean);
};
const rowsOf = (region: string, pod: string) =>
  sql(region, pod, "SELECT n || ':' || said FROM numbered ORDER BY n");
const windowAt = async (site: string) =>
  (await answer("points", file, "--site", site)).windows.at(-1) as
    | { from: string; until: string }
    | undefined;

beforeAll(async () => {
  await down(spec);
  const { pause, runner, app } = await testImages();
  await up(spec, { images: [pause, runner.tar, app.tar] });
  s3 = new S3Client((await awsOf(spec))(away));
  project = await Project.create(spec.name);
  // What these stacks are themselves is kept too.
  Object.assign(plan.datasets["infrastructure-state"] ?? {}, {
    source: { kind: "pulumi-state", reference: `file://${project.state}` },
  });
  file = await project.plan("every-minute", plan);
  const config = { plan: file, runnerImage: runner.reference, serviceImages: `{"api":"${app.reference}"}` };
  await project.init("moments-backup", { ...config, role: "backup" });
  await project.must("up", "--stack", "moments-backup", "--yes", "--skip-preview");
  await project.init("moments-standby-oregon", { ...config, role: "standby", site: "oregon" });
  await project.must("up", "--stack", "moments-standby-oregon", "--yes", "--skip-preview");
  await eventually(async () => (await windowAt("oregon")) !== undefined, 240, "a point with log at oregon");
  await sql(home, "messages-0", "CREATE TABLE numbered (n int PRIMARY KEY, said text NOT NULL)");
  // A procedure commits each row by itself; the clock is read between one commit and the next.
  await sql(home, "messages-0", "CREATE TABLE clock (n int, at timestamptz)");
  await sql(
    home,
    "messages-0",
    `DO $$ BEGIN FOR i IN 1..${written} LOOP
       INSERT INTO numbered VALUES (i, md5(random()::text)); COMMIT;
       INSERT INTO clock VALUES (i, clock_timestamp()); PERFORM pg_sleep(0.05); COMMIT;
     END LOOP; END $$`,
  );
  between = await sql(
    home,
    "messages-0",
    `SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM clock ORDER BY n`,
  );
  const last = between.at(-1) ?? "";
  await eventually(
    async () => ((await windowAt("oregon"))?.until ?? "") > last,
    150,
    "the rows' log at oregon",
  );
});
afterAll(async () => {
  // The configuration of a stack lies beside Pulumi.yaml; a test that failed left it there.
  await rm(join(root, "Pulumi.moments-restore-oregon-messages-half.yaml"), { force: true });
  await project.remove();
  await down(spec);
});

test("restore --at TIME lands on exactly the rows committed by then, at the other site, from its own copy", async () => {
  const moment = between[chosen - 1] ?? "";
  const ask = ["restore", file, "--to", "oregon", "--at", moment, "--name", "half"];
  const before = await rowsOf(home, "messages-0");

  const looked = await secondsite(...ask);
  expect(looked).toMatchObject({ exitCode: 0, said: expect.stringContaining("Nothing was changed.") });
  expect((await project.kubectl(away, "--namespace", namespace, "get", "statefulsets")).output).toContain(
    "No resources found",
  );

  const acted = await secondsite(...ask, "--yes");
  expect(acted.exitCode, acted.complained).toBe(0);
  const restored = await rowsOf(away, "messages-half-0");
  expect(restored).toHaveLength(chosen);
  expect(restored).toEqual(before.slice(0, chosen));
  expect(await rowsOf(home, "messages-0")).toEqual(before);

  const again = await secondsite(...ask, "--yes");
  expect(again).toMatchObject({
    exitCode: 2,
    complained: expect.stringContaining('"messages-half" runs already'),
  });
});

test("the restored instance takes writes, and neither archives nor could: its role only reads", async () => {
  await sql(away, "messages-half-0", "INSERT INTO numbered VALUES (1000, 'here'); SELECT pg_switch_wal()");
  expect(await sql(away, "messages-half-0", "SHOW archive_mode")).toEqual(["off"]);
  // A subscription that was restored would take what is meant for the live server.
  expect(await sql(away, "messages-half-0", "SHOW max_logical_replication_workers")).toEqual(["0"]);
  const role = `:assumed-role/${names.roleName(plan, "oregon", "messages", "restore")}/`;
  const calls = (await callsOf(spec, away)).filter(({ principal }) => principal?.includes(role));
  const actions = new Set(calls.map(({ action }) => action));
  expect(actions).toContain("s3:GetObject");
  expect([...actions].filter((action) => !/^(s3:(Get|List|Head)|kms:Decrypt)/.test(action ?? ""))).toEqual(
    [],
  );
});

test.each<[string, () => string[], number, RegExp]>([
  [
    "a time before the first point",
    () => ["--at", "2020-01-01T00:00:00Z"],
    1,
    /before the first point; restorable: 20/,
  ],
  [
    "a time that has not come",
    () => ["--at", "2099-01-01T00:00:00Z"],
    1,
    /after the newest stored log; restorable: 20/,
  ],
  ["a time without a zone", () => ["--at", "2026-01-01T00:00:00"], 2, /ISO 8601 with its zone/],
  [
    "a point that is not there",
    () => ["--point", "20200101-000000F"],
    1,
    /has no point "20200101-000000F"; it has 20/,
  ],
  [
    "an unknown dataset",
    () => ["--at", between[0] ?? "", "--dataset", "cache"],
    2,
    /no dataset with backups called "cache"/,
  ],
])("%s is refused with one message, and nothing is made", async (_, wish, exitCode, message) => {
  const refused = await secondsite("restore", file, "--to", "oregon", "--name", "never", ...wish(), "--yes");

  expect(refused.exitCode).toBe(exitCode);
  expect(refused.complained).toMatch(message);
  const { output } = await project.kubectl(away, "--namespace", namespace, "get", "statefulsets");
  expect(output).not.toContain("messages-never");
});

test("points --at names the point beneath a moment: the last that ended before it", async () => {
  const moment = between[0] ?? "";
  const { points, chosen: beneath } = (await answer("points", file, "--site", "oregon", "--at", moment)) as {
    points: { label: string; finishedAt: string }[];
    chosen: { label: string }[];
  };
  const earlier = points.filter(({ finishedAt }) => finishedAt <= moment);

  expect(beneath.map(({ label }) => label)).toEqual([earlier[0]?.label]);
});

test("C19: the state of these very stacks is captured into both regions", async () => {
  const { exitCode, said, complained } = await secondsite("backup", file, "infrastructure-state");

  expect(exitCode, complained).toBe(0);
  expect(said).toMatch(
    /✔ infrastructure-state: .* at virginia, [\s\S]*✔ infrastructure-state: .* at oregon, /,
  );
});

test("status: both copies within the objective, the lease's holder serves", async () => {
  const { exitCode, said } = await secondsite("status", file, "--json");

  expect(JSON.parse(said)).toMatchObject({
    met: true,
    copies: [
      { site: "virginia", met: true },
      { site: "oregon", met: true },
    ],
    leases: [{ dataset: "messages", holder: { site: "virginia", epoch: 1 } }],
    sites: [
      { site: "virginia", serves: true },
      { site: "oregon", serves: false },
    ],
  });
  expect(exitCode).toBe(0);
});

test("verify: nothing is damaged, until one bit of a stored object flips; the older good point is offered", async () => {
  const whole = await secondsite("verify", file, "--json");
  expect(whole.exitCode).toBe(0);
  // Found good, each stands in its copy's chain.
  const judged: { site: string; recorded: boolean }[] = JSON.parse(whole.said).points;
  expect(new Set(judged.map(({ site }) => site))).toEqual(new Set(["virginia", "oregon"]));
  expect(judged.filter(({ recorded }) => !recorded)).toEqual([]);
  const { points } = await answer("points", file, "--site", "oregon");
  const { label } = points[0] as { label: string };
  const Key = `${names.repositoryPath("messages", 1).slice(1)}/backup/messages/${label}/backup.manifest`;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: vault, Key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  bytes[100] = (bytes[100] ?? 0) ^ 1;
  await s3.send(new PutObjectCommand({ Bucket: vault, Key, Body: bytes }));

  const { exitCode, said } = await secondsite("verify", file, "--site", "oregon", "--json");
  expect(exitCode).toBe(1);
  expect(JSON.parse(said).copies[0].damage).toMatchObject([
    { object: Key, label, instead: { site: "oregon", label: points[1].label } },
  ]);
  const after = await answer("points", file, "--site", "oregon");
  const bad = after.points.find((one: { label: string }) => one.label === label);
  expect(bad).toMatchObject({ problem: expect.stringMatching(/^its verification of 20.* found: /) });
});

test("an entry altered after it was signed is named by verify, and no point any more; it hides no other", async () => {
  const { points } = await answer("points", file, "--site", "oregon");
  // Not the last of its chain: captures go on meanwhile.
  const { sequence, label } = points[1] as { sequence: number; label: string };
  const Key = `${names.manifestPrefix("messages", 1)}${String(sequence).padStart(8, "0")}.json`;
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: vault, Key }));
  const text = (await Body?.transformToString()) ?? "";
  await s3.send(
    new PutObjectCommand({
      Bucket: vault,
      Key,
      Body: text.replace('"takenAt": "virginia"', '"takenAt": "oregon"'),
    }),
  );

  const { said } = await secondsite("verify", file, "--site", "oregon", "--json");
  expect(JSON.parse(said).copies[0].damage).toContainEqual(
    expect.objectContaining({
      object: Key,
      label,
      problem: expect.stringContaining("its signature by signing-000001"),
    }),
  );
  const after = await answer("points", file, "--site", "oregon");
  const bad = after.points.filter(({ problem }: { problem?: string }) => problem?.includes("its signature"));
  expect(bad).toMatchObject([{ label }]);
  const refused = await secondsite("restore", file, "--to", "oregon", "--point", label);
  expect(refused).toMatchObject({ exitCode: 1, complained: expect.stringContaining("its signature") });
});

test("an instance is removed with its volume by the command that restore names", async () => {
  const { output } = await project.kubectl(away, "--namespace", namespace, "get", "pvc", "--output=name");
  expect(output).toBe("persistentvolumeclaim/data-messages-half-0");
  const stack = names.stackName(plan, "restore", "oregon", "messages-half");
  const { process: run } = await operator(
    spec.name,
    ["pulumi", "destroy", `--stack=${stack}`, "--remove", "--yes"],
    { cwd: root, env: environment() },
  );
  await run;
  await eventually(async () => {
    const left = await project.kubectl(away, "--namespace", namespace, "get", "pvc", "--output=name");
    return left.output === "";
  }, 60);
});

test("a region that is lost is reported and hides nothing of the other", async () => {
  await fail(spec.name, home);

  const listed = await secondsite("points", file, "--json");
  const { copies, points } = JSON.parse(listed.said);
  expect(listed.exitCode).toBe(0);
  expect(copies).toMatchObject([{ site: "virginia", unreachable: expect.any(String) }, { site: "oregon" }]);
  expect(points.length).toBeGreaterThan(0);
  const status = await secondsite("status", file, "--json");
  expect(status.exitCode).toBe(1);
  expect(JSON.parse(status.said)).toMatchObject({
    met: false,
    sites: [{ serves: false }, { serves: false }],
  });
});

test("C19: the stacks' own state is restored outside of the lost region, and Pulumi exports it as it was", async () => {
  const into = await mkdtemp(join(project.directory, "elsewhere-"));
  const ask = ["restore", file, "--into-backend", into, "--site", "oregon", "--yes"];
  const { exitCode, complained } = await secondsite(...ask);
  expect(exitCode, complained).toBe(0);

  const stack = "organization/secondsite/moments-standby-oregon";
  const exported = async (backend: string) => {
    const { process: run } = await operator(spec.name, ["pulumi", "stack", "export", "--stack", stack], {
      env: { ...environment(), PULUMI_BACKEND_URL: backend },
    });
    return JSON.parse(String((await run).stdout));
  };
  const state = await exported(`file://${into}`);
  expect(state.deployment.resources.length).toBeGreaterThan(10);
  expect(state).toEqual(await exported(`file://${project.state}`));
});

test("down leaves nothing behind", async () => {
  await down(spec);
  expect(await tracesOf(spec)).toEqual(noTraces);
});
