import { chown, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { storeLog } from "../../engines/postgres/host/archive.js";
import { type Machine, machineOn } from "./testing/machine.js";
import { type Office, startOffice } from "./testing/office.js";

let office: Office;
/** The server that takes the first one's place. */
let second: Machine | undefined;
/** A moment between the second row and the third. */
let early: string;
/** Label of the only backup of the first epoch. */
let first: string;

beforeAll(async () => {
  office = await startOffice((backups) => backups.map((one) => ({ ...one, direct: ["office"] })));
  await office.archive();
  await office.machine.sql("CREATE TABLE ledger (id int)", "INSERT INTO ledger VALUES (1)");
  await office.succeed("backup", "tickets", "--kind", "physical");
  first = (await points())[0]?.label ?? "";
  await office.machine.sql("INSERT INTO ledger VALUES (2)");
  await sleep(1_000);
  early = new Date().toISOString();
  await sleep(1_000);
  await office.archived();
});
afterAll(async () => {
  await second?.[Symbol.asyncDispose]();
  await office[Symbol.asyncDispose]();
});

const points = async (): Promise<{ label: string; epoch: number; problem?: string }[]> =>
  JSON.parse(await office.succeed("points", "--kind", "physical", "--json")).points;
const ids = async (machine: Machine) =>
  (await machine.sql("SELECT id FROM ledger ORDER BY id"))[0]?.rows.map(({ id }) => id);
const archive = (...args: string[]) =>
  office.on("archive", "tickets", "--yes", "--identity", office.holder, ...args);

/** What a restore with these options holds. */
async function restored(...args: string[]) {
  const { code, err, into } = await office.restore(...args);
  expect(code, err).toBe(0);
  await using machine = machineOn(into);
  await machine.start();
  return await ids(machine);
}

/** Recovers the machine's server where it is, to the end of its log: from there on it is on the next timeline. */
async function recoverInPlace({ data, as, sql, restart }: Machine) {
  await sql("ALTER SYSTEM SET restore_command = 'false'");
  const signal = join(data, "recovery.signal");
  await writeFile(signal, "");
  if (as) await chown(signal, as.uid, as.gid);
  await restart();
  await sql("ALTER SYSTEM RESET restore_command");
}

test("B4: --timeline follows another than the newest, and one that is not there is refused", async () => {
  const { machine } = office;
  await recoverInPlace(machine);
  await machine.sql("INSERT INTO ledger VALUES (3)");
  await office.archived();

  expect(await restored()).toEqual([1, 2, 3]);
  expect(await restored("--timeline", "1")).toEqual([1, 2]);
  expect(await office.restore("--timeline", "9")).toMatchObject({
    code: 1,
    err: expect.stringContaining("there is no log of timeline 9 at office, only of 1, 2"),
  });
  expect(await office.restore("--timeline", "0")).toMatchObject({ code: 2 });
});

test("the same server goes on in its epoch when its folder is lost, once it is told that no other does", async () => {
  await rm(join(office.machine.folder, "secondsite"), { recursive: true });
  expect(await archive()).toMatchObject({
    code: 2,
    err: expect.stringMatching(/was archived before, up to epoch 1.*\n.*--new-epoch.*--continue-epoch/),
  });
  const again = await archive("--continue-epoch");
  expect(again, again.err).toMatchObject({ code: 0, out: expect.stringContaining("epoch     1") });
});

test("fault 5: a restored server may not continue the old one's epoch, told to or not; it begins one of its own", async () => {
  const { into, code, err } = await office.restore();
  expect(code, err).toBe(0);
  await office.machine.stop();
  second = machineOn(into);
  await second.start();
  vi.stubEnv("PGHOST", second.address.host);

  expect(await archive("--continue-epoch")).toMatchObject({
    code: 2,
    err: expect.stringMatching(
      /continue that of epoch 1: the server is on timeline 3, .* ends on timeline 2/,
    ),
  });
  const look = await office.on("archive", "tickets");
  expect(look).toMatchObject({
    code: 1,
    out: expect.stringMatching(/✖ .*was archived before, up to epoch 1.*--new-epoch.*\n.*would be refused/),
  });
  const ahead = await office.on("archive", "tickets", "--new-epoch");
  expect(ahead.out).toContain("epoch 2 is what --yes would archive into");
  const begun = await archive("--new-epoch");
  expect(begun, begun.err).toMatchObject({ code: 1, out: expect.stringContaining("without --new-epoch") });
  await second.restart();
  for (const flags of [[], ["--new-epoch"]]) {
    const again = await archive(...flags);
    expect(again, again.err).toMatchObject({ code: 0, out: expect.stringContaining("epoch     2") });
    if (second) await storeLog(second.address);
  }
});

test("B4: what the new epoch has is restored by itself, and every moment of the old one still is", async () => {
  await second?.sql("INSERT INTO ledger VALUES (4)");
  await office.succeed("backup", "tickets", "--kind", "physical");
  await second?.sql("INSERT INTO ledger VALUES (5)");
  if (second) await storeLog(second.address);

  expect((await points()).map(({ epoch, problem }) => ({ epoch, problem }))).toEqual([
    { epoch: 2, problem: undefined },
    { epoch: 1, problem: undefined },
  ]);
  expect(await restored()).toEqual([1, 2, 3, 4, 5]);
  expect(await restored("--at", early)).toEqual([1, 2]);
  expect(await restored("--point", first)).toEqual([1]);
  const verified = await office.on(
    "verify",
    "--kind",
    "physical",
    "--level",
    "structural",
    "--identity",
    office.holder,
  );
  expect(verified, verified.out).toMatchObject({ code: 0 });
});

test("fault 5: the old server that comes back archives nothing into the new one's epoch", async () => {
  await office.machine.start();
  vi.stubEnv("PGHOST", office.machine.address.host);
  await rm(join(office.machine.folder, "secondsite"), { recursive: true });
  expect(await archive("--continue-epoch")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/continue that of epoch 2: .* another server archived since/),
  });
});
