import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { CreateMultipartUploadCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { clientOf } from "../../engines/comparison/index.js";
import { abandonedAfter } from "../../engines/unfinished.js";
import { takeJobLease } from "../../vault/index.js";
import { testCredentials } from "../../vault/testing/backends.js";
import { seedOf } from "../testing/seed.js";
import { aDayLater, killCampaign } from "./testing/kill-campaign.js";
import { type KillDesk, kind, startKillDesk } from "./testing/kills.js";
import { leaksOf } from "./testing/leaks.js";
import { heldBy, lossesOf } from "./testing/points-kept.js";

const seed = seedOf("SECONDSITE_KILL_SEED");

let scene: KillDesk;
beforeAll(async () => {
  scene = await startKillDesk();
});
afterAll(() => scene?.[Symbol.asyncDispose]());

test("B2, B11: backup, restore, verify and prune killed at 20 moments lose no acknowledged point and leave nothing", {
  timeout: 600_000,
}, async () => {
  const { problems, kills } = await killCampaign(scene, 20, seed, false);
  process.stdout.write(`${kills.join("\n")}\n`);

  expect(problems, `SECONDSITE_KILL_SEED=${seed}`).toEqual([]);
});

test("fault 19: a dead run's lease is taken over after its time, also where a prune asked for the time before", async () => {
  const backup = scene.args("backup", "tickets", "--staging", scene.staging);
  expect(await scene.run(scene.args("prune", "--dataset", "tickets", "--yes"))).toMatchObject({ code: 0 });
  const [first] = scene.copies;
  if (first) await takeJobLease({ store: first.store, job: "tickets/logical", holder: "dead" });
  expect(await scene.run(backup)).toMatchObject({ code: 4 });
  expect(await scene.passLeases()).toBe(true);

  expect(await scene.run(backup)).toMatchObject({ code: 0 });
});

describe("what is planted is found", () => {
  const later = () => new Date(Date.now() + abandonedAfter + 60_000);
  const planted = async (pattern: RegExp, now = new Date()) =>
    expect(await leaksOf(scene, now)).toContainEqual(expect.stringMatching(pattern));

  test("a staging folder, and a process that runs in it", async () => {
    const folder = join(scene.staging, "secondsite-1-2-abc");
    await mkdir(folder);
    await planted(/^staging folder secondsite-1-2-abc/);
    const child = spawn("sleep", ["60"], { cwd: folder, detached: true });
    await planted(/^process sleep 60/);
    child.kill("SIGKILL");
    await rm(folder, { recursive: true });

    const other = spawn("sleep", ["61"], { detached: true });
    expect(await leaksOf(scene, new Date(), other.pid)).toContainEqual("process sleep 61");
    other.kill("SIGKILL");
  });

  test("a temporary database, and a session", async () => {
    const client = clientOf(scene.server);
    await client.connect();
    await client.query("CREATE DATABASE desk__next_12345678");
    await planted(/^temporary database desk__next_12345678/);
    await planted(/^session in postgres: CREATE DATABASE/);
    await client.query("DROP DATABASE desk__next_12345678");
    await client.end();
  });

  test("a lease that is held", async () => {
    const [copy] = scene.copies;
    if (!copy) throw new Error("no copy");
    const lease = await takeJobLease({ store: copy.store, job: "other", holder: "dead" });
    await planted(/^lease leases\/jobs\/other\/00000001.json at office/);
    await lease.release();
  });

  test("objects that no entry names and unfinished uploads, once they are old; a prune collects them", async () => {
    const begun = { Bucket: "desk-office-customer", Key: "points/tickets/logical/dead/dump" };
    const client = new S3Client({
      ...{ region: "us-east-1", credentials: testCredentials, forcePathStyle: true },
      endpoint: scene.gate.endpoint,
    });
    await client.send(new CreateMultipartUploadCommand(begun));
    const aside = [
      ...["points/tickets/logical/dead/dump", "manifests/tickets/e000001/00000099.json"],
      ...["heads/tickets/office/e000001/00000099.json", "leases/jobs/tickets/logical/00000099.json"],
      "keys/tickets/data-000099.json",
    ];
    for (const key of aside)
      await writeFile(join(scene.aside, `${randomUUID()}.${Buffer.from(key).toString("hex")}`), "");
    for (const { store } of scene.copies) await store.put("points/tickets/logical/dead/part", "");

    expect(await leaksOf(scene, new Date())).toEqual([]);
    for (const site of ["office", "offsite"]) {
      await planted(new RegExp(`^orphan points/tickets/logical/dead/part at ${site}`), later());
      await planted(new RegExp(`^unfinished upload of points/tickets/logical/dead/dump at ${site}`), later());
    }
    for (const key of aside) await planted(new RegExp(`^unfinished upload of ${key} at offsite`), later());
    expect(await aDayLater(scene)).toEqual([]);
  });

  test("a point that was acknowledged and is gone, and one that is listed and damaged", async () => {
    const [held] = await heldBy(scene.copies, kind);
    const part = held?.point.parts.at(-1);
    if (!held || !part) throw new Error("no point");
    const { store } = held.copy;
    const known = new Set([`office ${held.point.label}`, "office never"]);
    const body = Buffer.from((await store.get(part.key)) ?? []);
    await store.put(part.key, Buffer.from(body.map((byte) => byte ^ 1)));
    const lost = await lossesOf(scene.copies, kind, known, new Set());
    await store.put(part.key, body);

    expect(lost).toContain("office never was acknowledged and is gone");
    expect(
      lost.filter((one) => one.startsWith(`office ${held.point.label} is listed: ${part.key}`)),
    ).toHaveLength(1);
    expect(await lossesOf(scene.copies, kind, new Set(), new Set())).toEqual([]);
  });
});
