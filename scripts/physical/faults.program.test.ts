import { spawn } from "node:child_process";
import {
  appendFile,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { damage } from "../testing/random-damage.js";
import { seedOf } from "../testing/seed.js";
import { machineOn } from "./testing/machine.js";
import { type Office, startOffice } from "./testing/office.js";
import { objectsOf } from "./testing/point-objects.js";
import { missedInOffice } from "./testing/random-damage.js";

let office: Office;
/** Labels of a full backup and of what adds to it. */
let labels: string[];
const asLater = { type: "incremental", direct: ["office"] };

beforeAll(async () => {
  office = await startOffice((backups) => [
    ...backups,
    { ...backups.find(({ kind }) => kind === "physical"), ...asLater },
  ]);
  await office.archive();
  await office.machine.sql("CREATE TABLE ledger (id int)", "INSERT INTO ledger VALUES (1)");
  await office.succeed("backup", "tickets", "--kind", "physical-1");
  await office.machine.sql("INSERT INTO ledger VALUES (2)");
  await office.succeed("backup", "tickets", "--kind", "physical-2");
  labels = (await points()).map(({ label }) => label).reverse();
});
afterAll(() => office[Symbol.asyncDispose]());

interface Listed {
  readonly label: string;
  readonly finishedAt: string;
  readonly addsTo?: string;
  readonly problem?: string;
  readonly until?: string;
}

const points = async (): Promise<Listed[]> =>
  JSON.parse(await office.succeed("points", "--kind", "physical", "--site", "office", "--json")).points;

const verify = (...args: string[]) => office.on("verify", "--kind", "physical", "--site", "office", ...args);

test("fault 18: what adds to a backup names it, is restored with it, and is lost with it", async () => {
  const [full = "", incremental = ""] = labels;
  expect(await points()).toMatchObject([{ label: incremental, addsTo: full }, { label: full }]);
  const { into, ...back } = await office.restore("--point", incremental, "--site", "office");
  expect(back, back.err).toMatchObject({ code: 0 });
  await using restored = machineOn(into);
  await restored.start();
  const [ledger] = await restored.sql("SELECT id FROM ledger ORDER BY id");
  expect(ledger?.rows).toEqual([{ id: 1 }, { id: 2 }]);

  const manifest = join(
    office.copies.office,
    `pgbackrest/tickets/e000001/backup/tickets/${full}/backup.manifest`,
  );
  await rename(manifest, `${manifest}.away`);
  try {
    const problem = expect.stringContaining(`${full}, which it adds to: `);
    expect(await points()).toMatchObject([{ label: incremental, problem }, { label: full }]);
    expect(await office.on("restore", "--into-folder", "/tmp/none", "--site", "office")).toMatchObject({
      code: 1,
    });
  } finally {
    await rename(`${manifest}.away`, manifest);
  }
});

test("faults 2 and 6: a byte that is changed anywhere in a point is found, whichever object it is in", async () => {
  const seed = seedOf("SECONDSITE_DAMAGE_SEED");
  expect(await missedInOffice(office, 6, seed)).toEqual([]);
});

test("fault 6: a file that is added, missing, appended to, cut, or unreadable is found by name", async () => {
  const { files = [] } = await objectsOf(office.copies.office, "tickets");
  const object = files.find((name) => name.includes("/bundle/")) ?? "";
  const path = join(office.copies.office, object);
  const before = await readFile(path);
  const name = object.split("/").slice(3).join("/");
  const changes: Record<string, () => Promise<unknown>> = {
    [`${name}.more: nothing that is kept here`]: () => writeFile(`${path}.more`, "x"),
    [`${name}: it is missing`]: () => rm(path),
    [`${name}: it has ${before.length + 1} bytes`]: () => appendFile(path, "x"),
    [`${name}: it has ${before.length - 1} bytes`]: () => truncate(path, before.length - 1),
  };
  for (const [said, change] of Object.entries(changes)) {
    await change();
    const found = await verify("--level", "structural", "--identity", office.holder);
    expect(found, said).toMatchObject({ code: 1, out: expect.stringContaining(said) });
    await rm(`${path}.more`, { force: true });
    await writeFile(path, before);
  }
  expect(await verify("--level", "structural", "--identity", office.holder)).toMatchObject({ code: 0 });
});

test("C5: a copy of which a key cannot be read does not answer: it hides no other, and nothing of it is called good", async () => {
  const passphrase = join(office.copies.office, "keys/tickets/passphrase.json");
  const kept = await readFile(passphrase);
  const said = async () => {
    const { out } = await office.on("verify", "--kind", "physical", "--json");
    return JSON.parse(out);
  };
  // Looked at in vain, then only read in vain: longer than anything that is read at once.
  const spoils = [() => symlink("passphrase.json", passphrase), () => writeFile(passphrase, "")];
  for (const spoil of spoils) {
    await rm(passphrase);
    await spoil();
    if (spoil === spoils[1]) await truncate(passphrase, 3 * 2 ** 30);
    const found = await said();
    const listed = JSON.parse(await office.succeed("points", "--kind", "physical", "--json"));
    expect(listed.points.some(({ site }: { site: string }) => site === "offsite")).toBe(true);
    expect(found.good).toBe(false);
    const unreachable = expect.stringMatching(/keys\/tickets\/passphrase.json below .* failed/);
    expect(found.copies).toMatchObject([
      { site: "office", unreachable, damage: [] },
      { site: "offsite", damage: [] },
    ]);
    expect(found.copies[1]).not.toHaveProperty("unreachable");
    expect([...new Set(found.points.map(({ site }: { site: string }) => site))]).toEqual(["offsite"]);
  }
  await rm(passphrase);
  await writeFile(passphrase, kept);
  expect(await verify()).toMatchObject({ code: 0 });
});

test("C5: what a verification found stands in the chain: what is damaged is not chosen until as deep a one finds nothing", async () => {
  const [full = "", incremental = ""] = labels;
  const deep = () => verify("--level", "structural", "--identity", office.holder, "--json");
  const look = () => office.on("restore", "--into-folder", join(office.folder, "none"), "--site", "office");
  const { points: recorded } = JSON.parse((await deep()).out);
  expect(recorded).toMatchObject(
    labels.map((label) => ({ label, level: "structural", faults: [], recorded: true })),
  );
  expect(await points()).toMatchObject([
    { label: incremental, verification: { level: "structural", faults: [] } },
    { label: full, verification: { level: "structural", faults: [] } },
  ]);

  const { files = [] } = await objectsOf(office.copies.office, "tickets");
  const object = files.find((name) => name.includes(`/${incremental}/`)) ?? "";
  const damaged = await damage(office.copies.office, object, Math.random);
  expect(await deep()).toMatchObject({ code: 1 });
  await damaged.repair();
  // A shallower one does not look there.
  expect(await verify()).toMatchObject({ code: 0 });
  const problem = expect.stringMatching(/^its verification of 20.* found: pgbackrest: /);
  expect(await points()).toMatchObject([{ label: incremental, problem }, { label: full }]);
  expect((await look()).out).toContain(`from      ${full} of epoch 1 at office`);

  expect(await deep()).toMatchObject({ code: 0 });
  const { out } = await look();
  expect(out).toMatch(new RegExp(`from      ${incremental} .*, structural 20`));
  expect(out).toContain(`otherwise ${full} of epoch 1 at office`);
});

test("fault 4: a segment that is missing is named, what comes after it is refused with the last reachable time", async () => {
  for (let segment = 0; segment < 3; segment += 1) await office.archived();
  const { log = [] } = await objectsOf(office.copies.office, "tickets");
  const object = log.at(-2) ?? "";
  const segment = /([0-9A-F]{24})-/.exec(object)?.[1] ?? "";
  const before = await points();
  const path = join(office.copies.office, object);
  await rename(path, join(office.folder, segment));
  try {
    expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining(`${segment} (point`) });
    const [after] = await points();
    expect(after?.until && before[0]?.until && after.until < before[0].until).toBe(true);
    const args = ["--into-folder", "/tmp/none", "--site", "office"];
    expect(await office.on("restore", ...args, "--at", before[0]?.until ?? "")).toMatchObject({
      code: 1,
      err: expect.stringContaining(`to at most ${after?.until}`),
    });
    const latest = await office.on("restore", ...args);
    expect(latest).toMatchObject({
      code: 1,
      err: expect.stringContaining(`segment ${segment} of the log is missing`),
    });
    expect(latest.err).toContain(`after ${after?.until}`);
  } finally {
    await rename(join(office.folder, segment), path);
  }
  expect(await verify()).toMatchObject({ code: 0 });
});

test("fault 5: a second writer's segment of the same name is refused, and the first one's stays", async () => {
  const { machine } = office;
  await machine.stop();
  const at = await office.room();
  await execa("cp", ["-a", machine.data, join(at, "data")]);
  await machine.start();
  await office.archived();
  const sum = async () => (await objectsOf(office.copies.office, "tickets")).log;
  const stored = await sum();
  await using twin = machineOn(join(at, "data"));
  await twin.start();
  await twin.sql("INSERT INTO ledger VALUES (3)", "SELECT pg_switch_wal()");
  await expect
    .poll(
      async () =>
        (await twin.sql("SELECT failed_count::int AS count FROM pg_stat_archiver"))[0]?.rows[0]?.count,
      {
        timeout: 60_000,
      },
    )
    .toBeGreaterThan(0);
  expect(await sum()).toEqual(stored);
  expect(await verify()).toMatchObject({ code: 0 });
});

test("fault 10: a backup whose run was killed before its entry becomes a point with the next, exactly once", async () => {
  const config = join(office.machine.folder, "secondsite/tickets/pgbackrest.conf");
  const pgbackrest = (...args: string[]) =>
    execa("pgbackrest", [`--config=${config}`, "--stanza=tickets", "--repo=1", ...args], {
      ...office.machine.as,
      cwd: "/",
    });
  await pgbackrest("--type=incr", "backup");
  const [{ backup }] = JSON.parse((await pgbackrest("--output=json", "info")).stdout);
  const { label: killed, timestamp } = backup.at(-1);
  const before = (await points()).length;
  await office.succeed("backup", "tickets", "--kind", "physical-2");
  const after = await points();
  expect(after.length).toBe(before + 2);
  expect(new Set(after.map(({ label }) => label)).size).toBe(before + 2);
  // The tool cuts seconds off: a moment within its last second may lie before its end.
  const finishedAt = after.find(({ label }) => label === killed)?.finishedAt ?? "";
  expect(Date.parse(finishedAt)).toBeGreaterThan(timestamp.stop * 1_000);
  expect(await verify("--level", "structural", "--identity", office.holder)).toMatchObject({ code: 0 });
});

test("fault 24: a restore that is killed leaves no folder that looks whole, and run again it ends the same", async () => {
  const at = await office.room();
  const into = join(at, "data");
  const command = ["scripts/bin/secondsite.mjs", "restore", office.plan, "--into-folder", into, "--yes"];
  const child = spawn(process.execPath, [...command, "--identity", office.holder, ...office.places], {
    ...{ detached: true, stdio: "ignore", cwd: join(import.meta.dirname, "../..") },
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  await expect
    .poll(() => stat(`${into}.restoring/data/base`).catch(() => undefined), { timeout: 60_000 })
    .toBeDefined();
  await sleep(200);
  process.kill(-(child.pid ?? 0), "SIGKILL");
  await ended;
  await expect(stat(into)).rejects.toThrow();

  await office.succeed("restore", "--into-folder", into, "--yes", "--identity", office.holder);
  await expect(stat(`${into}.restoring`)).rejects.toThrow();
  await using restored = machineOn(into);
  await restored.start();
  const [ledger] = await restored.sql("SELECT count(*)::int AS count FROM ledger");
  expect(ledger?.rows[0]?.count).toBe(2);
});

test("of two restores into one folder one has it, and nothing of the other stays", async () => {
  const at = await office.room();
  const into = join(at, "data");
  await mkdir(join(at, "real"));
  await symlink(join(at, "real"), into);
  const run = () => office.on("restore", "--into-folder", into, "--identity", office.holder, "--yes");
  const both = await Promise.all([run(), run()]);
  expect(both.map(({ code }) => code).sort(), both.map(({ err }) => err).join()).not.toContain(3);
  const [code, other] = both.map((one) => one.code).sort((a, b) => a - b);
  expect(code).toBe(0);
  // The one that waited for it finds the folder filled, or is told that it is being filled.
  expect([2, 4]).toContain(other);
  expect((await readdir(at)).sort()).toEqual(["data", "real"]);
  await using restored = machineOn(join(at, "real"));
  await restored.start();
  const [ledger] = await restored.sql("SELECT count(*)::int AS count FROM ledger");
  expect(ledger?.rows[0]?.count).toBe(2);
});

test("faults 28 and 29: a folder that is in use or filled, another system, and a time outside of the window are refused", async () => {
  const { machine, on } = office;
  const nowhere = join(office.folder, "link");
  await symlink("/tmp/none/at-all", nowhere);
  const refusals: readonly (readonly [string[], number, string])[] = [
    [["--into-folder", machine.data], 2, "is the data folder of a server that runs"],
    [["--into-folder", office.folder], 2, "is not empty"],
    [["--into-folder", join(machine.data, "base/new")], 2, "the data folder of a PostgreSQL"],
    [["--into-folder", join(office.copies.office, "new")], 2, "lies in the copy that is restored from"],
    [["--into-folder", nowhere], 2, "is a link that leads nowhere: ENOENT"],
    [["--into-folder", ""], 2, "--into-folder takes a folder, got nothing"],
    [["--into-folder", "/proc/none"], 2, "nothing can be made beside /proc/none"],
    [["--into-folder", "/tmp/none", "--system", "1"], 2, "is of another system"],
    [["--into-folder", "/tmp/none", "--at", "2020-01-01T00:00:00Z"], 1, "restorable: "],
    [["--into-folder", "/tmp/none", "--lsn", "FF/0"], 1, "restorable: "],
    [["--into-folder", "/tmp/none", "--lsn", "x"], 2, "a position in the log"],
    [["--into-folder", "/tmp/none", "--xid", "1"], 2, "a transaction's number"],
    [["--into-folder", "/tmp/none", "--xid", "5", "--lsn", "0/1"], 2, "give one of them"],
    [
      ["--into-folder", "/tmp/none", "--restore-point", "nobody made it"],
      1,
      "is not in the log that follows",
    ],
  ];
  for (const [args, code, said] of refusals) {
    const answer = await on("restore", ...args, "--identity", office.holder, "--yes");
    expect(answer, args.join(" ")).toMatchObject({ code, err: expect.stringContaining(said) });
    await expect(stat("/tmp/none")).rejects.toThrow();
  }
  for (const [args, code, said] of refusals.slice(0, 3))
    expect(await on("restore", ...args), `a look: ${args}`).toMatchObject({
      code,
      err: expect.stringContaining(said),
    });
});
