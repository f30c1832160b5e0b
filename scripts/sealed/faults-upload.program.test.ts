import { randomBytes } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { smallDisk } from "../../engines/testing/small-disk.js";
import { afterFault, type FaultDesk, startFaultDesk, type Timed } from "./testing/fault.js";

let desk: FaultDesk;
let good: string;

beforeAll(async () => {
  desk = await startFaultDesk();
  good = await desk.dump();
});
afterEach(() => desk.proxy.inject(() => "none"));
afterAll(() => desk?.[Symbol.asyncDispose]());

const isPart = (method: string, url: string) => method === "PUT" && url.includes("/points/");

/** What lies at the office, and what never came to its end there. */
async function leftAtOffice(label: string): Promise<string[]> {
  const { office } = desk.stores;
  const found: string[] = [];
  for await (const { key } of office.list(`points/tickets/logical/${label}/`)) found.push(key);
  return found;
}

/** The office has nothing of it, offsite has all of it, and the older one at the office is still what is found there. */
async function onlyOffsite(answer: Timed, says: RegExp) {
  const { label, copies } = JSON.parse(answer.out);
  expect(copies).toMatchObject([{ site: "office", failure: expect.any(String) }, { site: "offsite" }]);
  expect(copies[1].key).toContain("manifests/");
  expect(await leftAtOffice(label)).toEqual([]);
  await desk.remember(label);
  const failed = { operation: "backup", exitCode: 3, outcome: "failed", says } as const;
  await afterFault(desk, answer, { ...failed, newest: good, site: "office" });
  return label;
}

test("control of faults 1, 8, 21 and 23: through a proxy that does nothing every copy has the point", async () => {
  const answer = await desk.backup();
  good = JSON.parse(answer.out).label;
  await desk.remember(good);
  const done = { operation: "backup", exitCode: 0, outcome: "done", says: /"site": "office"/ } as const;
  await afterFault(desk, answer, { ...done, newest: good, site: "office" });
});

test("fault 1: an upload that is cut half-way is no point at that copy, and nothing of it stays", async () => {
  desk.proxy.inject((method, url) => (isPart(method, url) ? "cut-request" : "none"));
  const answer = await desk.backup();
  desk.proxy.inject(() => "none");

  expect(desk.proxy.counts["cut-request"]).toBeGreaterThan(1);
  await onlyOffsite(answer, /writing points\/tickets/);
});

test("fault 1: an entry that was written although half of a part is there is found out: its checksum is of all of it", async () => {
  const { label } = JSON.parse((await desk.backup()).out);
  const key = `points/tickets/logical/${label}/dump.pgc.zst`;
  const whole = Buffer.from((await desk.stores.office.get(key)) ?? "");
  await desk.stores.office.put(key, whole.subarray(0, whole.length / 2));
  const { out } = await desk.secondsite("points", desk.plan, "--json", "--site", "office", ...desk.places);

  expect(JSON.parse(out).dumps[0].problem).toMatch(/dump\.pgc\.zst has \d+ bytes instead of/);
  await desk.stores.office.put(key, whole);
  await desk.remember(label);
  good = label;
});

test("fault 8: credentials that expire on the way are read again, once, and the point is complete", async () => {
  const known = process.env.AWS_SHARED_CREDENTIALS_FILE ?? "";
  const renewed = await readFile(known, "utf8");
  const file = join(desk.folder, "short-lived");
  await writeFile(file, renewed.replace(/(aws_access_key_id = ).*/, "$1expired"));
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", file);
  let told = 0;
  desk.proxy.inject(async (_method, _url, key) => {
    if (key !== "expired") return "none";
    told += 1;
    // Somebody renews them meanwhile, as a login or a token's rotation does.
    await writeFile(file, renewed);
    return "expired";
  });
  const first = await desk.backup();
  let parts = 0;
  desk.proxy.inject((method, url) => (isPart(method, url) && parts++ === 1 ? "expired" : "none"));
  const second = await desk.backup();
  desk.proxy.inject(() => "none");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", known);

  expect([first.code, told, parts > 2]).toEqual([0, 1, true]);
  good = JSON.parse(second.out).label;
  await desk.remember(good);
  const done = { operation: "backup", exitCode: 0, outcome: "done", says: /"site": "office"/ } as const;
  await afterFault(desk, second, { ...done, newest: good, site: "office" });
});

test("fault 8: without new credentials the copy fails after one more try, is an alert, and keeps nothing", async () => {
  const tries = new Map<string, number>();
  desk.proxy.inject((method, url) => {
    if (!isPart(method, url)) return "none";
    tries.set(url, (tries.get(url) ?? 0) + 1);
    return "expired";
  });
  const answer = await desk.backup();
  desk.proxy.inject(() => "none");

  expect([...tries.values()]).toEqual([2]);
  await onlyOffsite(answer, /ExpiredToken/);
});

test("fault 21: a store's disk that is full is a copy that fails by itself; its partial files are gone", async () => {
  await using disk = await smallDisk(64 * 1024);
  await writeFile(join(disk.folder, "rest"), randomBytes(30_000));
  const answer = await desk.secondsite(
    ...["backup", desk.plan, "tickets", "--kind", "logical", "--output", disk.folder, ...desk.places],
  );
  expect(answer.code, answer.err).toBe(3);
  expect(answer.err).toMatch(/ENOSPC|no space/);
  const left = await readdir(disk.folder, { recursive: true, withFileTypes: true });
  expect(left.filter((one) => one.isFile() && one.parentPath.includes("points"))).toEqual([]);
});

test("fault 21: staging that is full ends a verification cleanly; nothing of it stays, and it says nothing of the point", async () => {
  await using disk = await smallDisk(256 * 1024);
  const [holder = ""] = desk.holders;
  const deep = ["--kind", "logical", "--site", "office", "--point", good, "--identity", holder, "--json"];
  const answer = await desk.on("verify", ...deep, "--level", "restored", "--staging", disk.folder);

  expect(await readdir(disk.folder)).toEqual([]);
  const failed = {
    operation: "verify",
    exitCode: 3,
    outcome: "failed",
    says: /has 0 MiB free; \d+ MiB are needed/,
  } as const;
  await afterFault(desk, answer, { ...failed, newest: good, site: "office" });
});

test('fault 23: of answers that are "slow down" or are lost none costs the point, and none makes two of it', async () => {
  const before = (await chain()).length;
  let [writes, reads] = [0, 0];
  const onWrites = ["cut-answer", "none", "503", "none"] as const;
  desk.proxy.inject((method) => {
    if (method !== "PUT") return reads++ % 4 === 0 ? "503" : "none";
    return onWrites[writes++ % 4] ?? "none";
  });
  const answer = await desk.backup();
  desk.proxy.inject(() => "none");

  good = JSON.parse(answer.out).label;
  await desk.remember(good);
  expect(await chain()).toHaveLength(before + 1);
  const done = { operation: "backup", exitCode: 0, outcome: "done", says: /"site": "office"/ } as const;
  await afterFault(desk, answer, { ...done, newest: good, site: "office" });
});

test('fault 23: a store that only says "slow down" is a copy that fails', async () => {
  desk.proxy.inject((method, url) => (isPart(method, url) ? "503" : "none"));
  const answer = await desk.backup();
  desk.proxy.inject(() => "none");

  await onlyOffsite(answer, /SlowDown|slow down/);
});

async function chain(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of desk.stores.office.list("manifests/")) keys.push(key);
  return keys;
}
