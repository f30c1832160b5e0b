import { EventEmitter, once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { EngineError } from "../../engines/errors.js";
import { parseExposition } from "../../metrics/index.js";
import plan from "../../plans/kubernetes-chat.js";
import { directoryStore, VaultError, withJobLease } from "../../vault/index.js";
import { readAudits } from "../audit/read.js";
import type { Operation } from "./operation.js";
import { openAudit } from "./places.js";
import { recorded, type Surroundings } from "./recorded.js";

let folder: string;
let warnings: string[];
let around: Surroundings;
let operation: Operation;
let store: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "secondsite-recorded-"));
  warnings = [];
  for (const site of ["virginia", "oregon"]) await mkdir(join(folder, site));
  store = ["virginia", "oregon"].map((site) => `${site}=${join(folder, site)}`);
  around = {
    open: openAudit,
    who: async () => ({ user: "ada", host: "console", identity: "arn:aws:iam::000000000000:user/ada" }),
    warn: (line) => warnings.push(line),
    env: { SECONDSITE_SPOOL: join(folder, "spool") },
  };
  operation = {
    ...{ plan, name: "backup", dataset: "messages", kind: "physical", store },
    metricsFile: join(folder, "chat.prom"),
  };
});
afterEach(() => rm(folder, { recursive: true }));

const audits = () => readAudits(plan, { store });
const records = async (site = "virginia") => (await audits()).find((log) => log.site === site)?.records ?? [];
const figures = async () =>
  Object.fromEntries(
    parseExposition(await readFile(join(folder, "chat.prom"), "utf8")).map(({ name, points }) => [
      name,
      points[0]?.value,
    ]),
  );
/** The store of the primary's site refuses every write. */
const broken = (): Surroundings => ({
  ...around,
  open: (...given) => {
    const opened = openAudit(...given);
    const create = async () => {
      throw new VaultError("writing failed: HTTP 503");
    };
    return { ...opened, log: { ...opened.log, store: { ...opened.log.store, create } } };
  },
});

test("C13, C18, D14: a backup that succeeds is recorded with who, what, when and outcome, and measured", async () => {
  const result = await recorded(
    operation,
    async () => "backup-1",
    (point) => ({
      point,
      details: { storedBytes: 300 },
      samples: [{ name: "backup_size_bytes", labels: { dataset: "messages" }, value: 300 }],
    }),
    around,
  );

  expect(result).toBe("backup-1");
  expect(await records()).toMatchObject([
    {
      ...{ version: 1, log: "chat/virginia/customer", sequence: 1, plan: "chat", operation: "backup" },
      ...{ dataset: "messages", point: "backup-1", site: "virginia", outcome: "done", exitCode: 0 },
      who: { user: "ada", host: "console", identity: "arn:aws:iam::000000000000:user/ada" },
      details: { kind: "physical", storedBytes: 300 },
    },
  ]);
  const found = await figures();
  expect(found).toMatchObject({
    ...{ dchat_backup_last_run_success: 1, dchat_backup_size_bytes: 300 },
    ...{ dchat_audit_stored: 1, dchat_audit_sequence: 1 },
  });
  expect(found.dchat_backup_duration_seconds).toBeGreaterThanOrEqual(0);
  expect(Date.now() / 1_000 - (found.dchat_backup_last_success_timestamp ?? 0)).toBeLessThan(60);
  expect(warnings).toEqual([]);
  expect((await audits()).map(({ anchoredUpTo, faults }) => ({ anchoredUpTo, faults }))).toEqual([
    { anchoredUpTo: 1, faults: [] },
    { anchoredUpTo: 0, faults: [] },
  ]);
});

test.each([
  [new EngineError("nothing covers the time", 1), "refused", 1],
  [new EngineError("there is no such point", 2), "refused", 2],
  [Object.assign(new Error("another run has it"), { exitCode: 4 }), "refused", 4],
  [new EngineError("oregon: HTTP 503", 3), "failed", 3],
  [new TypeError("undefined is not a function"), "failed", 3],
])("%s is thrown on as it is, and recorded as %s (%d)", async (error, outcome, exitCode) => {
  await recorded(operation, async () => undefined, undefined, around);
  const before = await figures();
  await expect(recorded(operation, () => Promise.reject(error), undefined, around)).rejects.toBe(error);

  expect((await records()).at(-1)).toMatchObject({ outcome, exitCode, message: error.message });
  expect(await figures()).toMatchObject({
    dchat_backup_last_run_success: 0,
    dchat_backup_last_success_timestamp: before.dchat_backup_last_success_timestamp,
  });
});

test("an answer of no is a run to its end, and one that reached not every copy is none", async () => {
  await recorded(
    operation,
    async () => 1,
    (exitCode) => ({ exitCode, message: "2 objects" }),
    around,
  );
  await recorded(
    operation,
    async () => 3,
    (exitCode) => ({ exitCode, message: "oregon" }),
    around,
  );

  expect((await records()).map(({ outcome, exitCode, message }) => [outcome, exitCode, message])).toEqual([
    ["done", 1, "2 objects"],
    ["failed", 3, "oregon"],
  ]);
  expect(await figures()).toMatchObject({ dchat_backup_last_run_success: 0 });
});

test("no secret is kept, whatever an error says", async () => {
  const env = { ...around.env, PGPASSWORD: "correct horse" };
  const failing = () => Promise.reject(new EngineError("postgres://app:battery@db refused correct horse", 3));
  await expect(recorded(operation, failing, undefined, { ...around, env })).rejects.toThrow();

  expect((await records())[0]?.message).toBe("postgres://app:***@db refused ***");
});

test("an audit store that does not answer changes neither result nor error; the record is caught up", async () => {
  await expect(recorded(operation, async () => "point", undefined, broken())).resolves.toBe("point");
  expect(warnings).toEqual([
    expect.stringContaining("the audit record was not stored: writing failed: HTTP 503"),
  ]);
  expect(await figures()).toMatchObject({ dchat_backup_last_run_success: 1, dchat_audit_stored: 0 });
  expect(await records()).toEqual([]);

  const error = new EngineError("no", 1);
  await expect(recorded(operation, () => Promise.reject(error), undefined, broken())).rejects.toBe(error);

  await recorded(operation, async () => "point", undefined, around);
  expect((await records()).map(({ outcome }) => outcome).sort()).toEqual(["done", "done", "refused"]);
});

test("in a Pod, whose disk goes with it, a record that cannot be stored is told in its log", async () => {
  const env = { KUBERNETES_SERVICE_HOST: "10.0.0.1" };
  await recorded(operation, async () => "point", undefined, { ...broken(), env });

  expect(warnings[0]).toMatch(/it is this: \{"id":.*"operation":"backup"/);
  expect(await readdir(folder)).not.toContain("spool");
});

test("what goes wrong beside the work costs a warning each", async () => {
  const tell = () => {
    throw new Error("no such field");
  };
  await expect(recorded(operation, async () => "point", tell, around)).resolves.toBe("point");
  expect(warnings).toEqual(["the operation was not recorded: no such field"]);

  const open = () => {
    throw new Error("no such bucket");
  };
  await expect(recorded(operation, async () => "point", undefined, { ...around, open })).resolves.toBe(
    "point",
  );
  expect(warnings[1]).toBe("the operation was not recorded: no such bucket");
});

test("a process that is told to end says so in the record and lets go of its job before it ends", async () => {
  const killed = vi.spyOn(process, "kill").mockReturnValue(true);
  try {
    const work = new EventEmitter();
    const lease = { store: directoryStore(join(folder, "leases")), job: "messages/physical", holder: "ada" };
    const leased = () => withJobLease(lease, () => once(work, "over"));
    const running = recorded(operation, leased, undefined, around);
    running.catch(() => undefined);
    await vi.waitFor(() => expect(work.listenerCount("over")).toBe(1), 10_000);
    await expect(withJobLease(lease, async () => "done")).rejects.toThrow("is being done by ada");
    process.emit("SIGTERM", "SIGTERM");
    await vi.waitFor(() => expect(killed).toHaveBeenCalledWith(process.pid, "SIGTERM"), 10_000);
    expect(await withJobLease(lease, async () => "done")).toBe("done");
    // What did the work was ended by the signal too.
    work.emit("error", new EngineError("pg_dump was killed", 3));
    await expect(running).rejects.toThrow("pg_dump was killed");

    expect(await records()).toMatchObject([
      { outcome: "failed", exitCode: 143, message: "ended by SIGTERM" },
    ]);
  } finally {
    killed.mockRestore();
  }
});

test("C18: one that is killed is recorded by the next on this machine, with who, what and when", async () => {
  void recorded(operation, () => new Promise(() => undefined), undefined, around);
  const spool = join(folder, "spool");
  const lock = await vi.waitFor(async () => {
    const [found] = (await readdir(spool, { recursive: true })).filter((name) => name.endsWith(".lock"));
    if (found === undefined) throw new Error("nothing is noted yet");
    return join(spool, found);
  });
  const told = (point: string) => ({ point });
  await recorded(operation, async () => "while it lives", told, around);
  expect((await records()).map(({ point }) => point)).toEqual(["while it lives"]);

  // Whoever lives renews its lock; this one is renewed no more.
  await utimes(lock, new Date(0), new Date(0));
  await recorded(operation, async () => "next", told, around);
  const [, next, killed] = await records();
  expect(next).toMatchObject({ outcome: "done" });
  expect(killed).toMatchObject({
    ...{ operation: "backup", dataset: "messages", outcome: "failed", exitCode: 137 },
    ...{ message: expect.stringContaining("it was killed"), who: { user: "ada", host: "console" } },
  });
  expect(warnings).toEqual([]);
});

test("taking over is recorded at the site that takes over", async () => {
  const takeover = {
    ...operation,
    name: "failover",
    dataset: undefined,
    kind: undefined,
    site: "oregon",
  } as const;
  await recorded(takeover, async () => undefined, undefined, around);

  expect(await records("virginia")).toEqual([]);
  expect(await records("oregon")).toMatchObject([{ operation: "failover", site: "oregon" }]);
  expect(Object.keys(await figures())).toContain("dchat_failover_last_success_timestamp");
});

test("B2: people who cannot be told cost a warning and a figure, and change nothing of how the operation ends", async () => {
  const env = { ...around.env, SECONDSITE_NOTIFY_FILE: join(folder, "none.json") };
  const refused = new EngineError("oregon: HTTP 503", 3);
  await expect(
    recorded(operation, () => Promise.reject(refused), undefined, { ...around, env }),
  ).rejects.toBe(refused);

  expect(warnings).toEqual([`nobody was told: ${join(folder, "none.json")} cannot be read: ENOENT`]);
  expect(await figures()).toMatchObject({
    dchat_notification_delivered: 0,
    dchat_backup_last_run_success: 0,
  });
  expect((await records()).at(-1)).toMatchObject({ outcome: "failed", exitCode: 3 });
});

test("C18: what was given nothing for a name is refused by the operation itself, and recorded without it", async () => {
  const refused = new EngineError('plan "chat" has no site called ""', 2);
  const given = { ...operation, site: "", dataset: "" };
  await expect(recorded(given, () => Promise.reject(refused), undefined, around)).rejects.toBe(refused);

  expect(warnings).toEqual([]);
  const [record] = await records();
  expect(record).toMatchObject({ outcome: "refused", exitCode: 2 });
  expect(record?.site).toBeUndefined();
});
