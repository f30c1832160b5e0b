import { mkdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { contentOf, differences } from "../../engines/comparison/index.js";
import { machineOn } from "./testing/machine.js";
import { type Office, startOffice } from "./testing/office.js";

let desk: Office;
beforeAll(async () => {
  desk = await startOffice();
  await desk.machine.sql(
    "CREATE DATABASE desk",
    "CREATE TABLE ledger (id int PRIMARY KEY, note text)",
    "INSERT INTO ledger SELECT n, repeat('x', 100) FROM generate_series(1, 1000) n",
  );
});
afterAll(() => desk[Symbol.asyncDispose]());

test("E2: what a server lacks to archive is said, with the line for postgresql.conf, before anything is written", async () => {
  const look = await desk.on("archive", "tickets");
  expect(look).toMatchObject({ code: 1, out: expect.stringContaining("has to be 'on' (takes a restart)") });

  const backup = await desk.on("backup", "tickets", "--kind", "physical");
  expect(backup).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /does not archive as the plan says.*archive_mode = 'on'.*\n.*secondsite archive/,
    ),
  });
  await expect(stat(join(desk.copies.office, "pgbackrest"))).rejects.toThrow();
});

test("B4, E2: archiving is set up, a segment is seen at every copy, and secrets lie in files of the server's user alone", async () => {
  const first = await desk.on("archive", "tickets", "--yes");
  expect(first, first.err).toMatchObject({ code: 1, out: expect.stringContaining("Restart PostgreSQL") });
  expect(first.out).toContain("… archive_mode = 'on' from the next start on");
  expect(first.out).not.toContain("✖");
  expect(await desk.on("backup", "tickets", "--kind", "physical")).toMatchObject({
    code: 2,
    err: expect.stringContaining("try: restart PostgreSQL"),
  });
  await desk.machine.restart();
  const second = await desk.on("archive", "tickets", "--yes");
  expect(second, second.err).toMatchObject({
    code: 0,
    out: expect.stringContaining("archives as the plan says."),
  });
  // Whoever forgets where the copies are must not send the log elsewhere.
  const elsewhere = [
    "--store",
    `office=${desk.folder}/elsewhere`,
    "--store",
    `offsite=${desk.copies.offsite}`,
  ];
  await mkdir(join(desk.folder, "elsewhere"));
  const astray = await desk.secondsite("backup", desk.plan, "tickets", "--kind", "physical", ...elsewhere);
  expect(astray).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /log of "tickets" goes to \S+\/office\/\S+ for office, which is said to be at \S+elsewhere/,
    ),
  });
  const look = await desk.secondsite("archive", desk.plan, "tickets", ...elsewhere);
  expect(look).toMatchObject({ code: 1, out: expect.stringContaining("✖ office: log goes to") });
  const again = await desk.on("archive", "tickets", "--yes", "--new-epoch");
  expect(again, again.err).toMatchObject({ code: 0, out: expect.stringContaining("epoch     1") });
  expect(again.err).toContain("epoch 1 is this server's own, and its log goes on there: no other is begun");

  const folder = join(desk.machine.folder, "secondsite", "tickets");
  const config = await readFile(join(folder, "pgbackrest.conf"), "utf8");
  const passphrase = /repo1-cipher-pass=(.+)/.exec(config)?.[1] ?? "?";
  for (const name of ["pgbackrest.conf", "passphrase", "state.json"]) {
    const { mode, uid } = await stat(join(folder, name));
    expect([name, mode & 0o777, uid]).toEqual([name, 0o600, desk.machine.as?.uid ?? process.getuid?.()]);
  }
  expect(first.out + first.err + second.out + second.err).not.toContain(passphrase);
});

test("E2: a backup is a point at every copy, restored on a machine that has nothing else, by content", async () => {
  const backup = await desk.on("backup", "tickets", "--kind", "physical", "--json");
  expect(backup, backup.err).toMatchObject({ code: 0 });
  await desk.machine.sql("INSERT INTO ledger VALUES (2000, 'after the backup')", "SELECT pg_switch_wal()");
  const points = await desk.on("points", "--kind", "physical", "--json");
  expect(points.code, points.err).toBe(0);
  const sites = JSON.parse(points.out).points.map(({ site }: { site: string }) => site);
  expect(sites.sort()).toEqual(["office", "offsite"]);

  const back = await desk.restore();
  expect(back, back.err).toMatchObject({ code: 0, out: expect.stringContaining("is done") });
  const wanted = await contentOf(desk.machine.address);
  await using restored = machineOn(back.into);
  await restored.start();
  expect([...differences(wanted, await contentOf(restored.address, { like: wanted }))]).toEqual([]);
  const settings = await restored.sql("SHOW archive_mode", "SHOW restore_command");
  expect(settings.flatMap(({ rows }) => rows.flatMap(Object.values))).toEqual(["off", ""]);
});

test("E2: every copy verifies, stored and structural", async () => {
  const stored = await desk.on("verify", "--kind", "physical");
  expect(stored, stored.out + stored.err).toMatchObject({ code: 0 });
  const deep = await desk.on(
    "verify",
    "--kind",
    "physical",
    "--level",
    "structural",
    "--identity",
    desk.holder,
  );
  expect(deep, deep.out + deep.err).toMatchObject({ code: 0 });
  const { out } = await desk.on("points", "--kind", "physical");
  expect(out.match(/\bstructural\b/g)).toHaveLength(2);
});
