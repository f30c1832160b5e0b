import { DeleteObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Store, s3Store } from "../../vault/index.js";
import { fullyCapable } from "../../vault/store/capabilities.js";
import { testCredentials } from "../../vault/testing/backends.js";
import { type Desk, startDesk } from "../sealed/testing/desk.js";

const day = 86_400_000;
let desk: Desk;
let store: Store;

beforeAll(async () => {
  desk = await startDesk({ keep: "30d" }, { locked: true });
  for (let count = 0; count < 2; count += 1)
    await desk.secondsite(...on("backup", "tickets", "--kind", "logical"));
  store = s3Store({
    ...{ bucket: "desk-office-customer", region: "us-east-1", endpoint: desk.office },
    ...{ credentials: testCredentials, capabilities: fullyCapable },
  });
});
afterAll(() => desk?.[Symbol.asyncDispose]());

const on = (command: string, ...args: string[]) => [command, desk.plan, ...args, ...desk.places];
const extend = async (...args: string[]) => {
  const { code, out, err } = await desk.secondsite(
    ...["locks", "extend", desk.plan, "--json", ...args, ...desk.places],
  );
  const found = out === "" ? [] : JSON.parse(out);
  return { code, err, office: found.find((one: { site: string }) => one.site === "office"), all: found };
};

/** Days that each object below a prefix is locked for; 0 where it is not. */
async function locked(prefix: string): Promise<number[]> {
  const days: number[] = [];
  for await (const { key, version, deleted } of store.versions(prefix))
    if (!deleted) {
      const until = await store.lockedUntil(key, version);
      days.push(until ? Math.round((until.getTime() - Date.now()) / day) : 0);
    }
  return days;
}

test("a look counts and locks nothing", async () => {
  const { code, office, all } = await extend();

  expect(code).toBe(0);
  expect(office).toMatchObject({ kind: "logical", done: { already: 0, missing: [] } });
  expect(office.done.extended).toBeGreaterThan(6);
  expect(new Set(await locked(""))).toEqual(new Set([0]));
  expect(all.find((one: { site: string }) => one.site === "offsite").unlocked).toContain("has no locks");
});

test("every part, key and entry of a kept point is locked, and the store refuses to delete it; a second run does nothing", async () => {
  const first = await extend("--yes");
  expect(first.code).toBe(0);
  for (const prefix of ["points/", "manifests/", "keys/"]) {
    const days = await locked(prefix);
    expect(days.length).toBeGreaterThan(1);
    expect(new Set(days)).toEqual(new Set([first.office.days]));
  }
  const client = new S3Client({
    ...{ region: "us-east-1", endpoint: desk.office, credentials: testCredentials, forcePathStyle: true },
  });
  for await (const { key: Key, version: VersionId } of store.versions("points/"))
    await expect(
      client.send(new DeleteObjectCommand({ Bucket: "desk-office-customer", Key, VersionId })),
    ).rejects.toThrow();
  const again = await extend("--yes");
  expect(again.office.done).toEqual({
    ...{ extended: 0, missing: [] },
    already: first.office.done.extended,
  });
});

test("a lock that lasts longer stays as it is", async () => {
  for await (const { key, version } of store.versions("points/"))
    await store.lock(key, version, new Date(Date.now() + 50 * day));
  expect((await extend("--yes")).code).toBe(0);
  expect(new Set(await locked("points/"))).toEqual(new Set([50]));
});

test("C10: a kept part that was deleted is named, and locked beneath the mark", async () => {
  const { out } = await desk.secondsite(...on("backup", "tickets", "--kind", "logical", "--json"));
  const prefix = `points/tickets/logical/${JSON.parse(out).label}/`;
  for await (const { key } of store.list(prefix)) await store.delete(key);
  const { code, office } = await extend("--yes");

  expect(office.done.missing.map(({ problem }: { problem: string }) => problem)).toContain(
    "it was deleted, and lies beneath the mark",
  );
  expect(code).toBe(1);
  expect(new Set(await locked(prefix))).toEqual(new Set([office.days]));
});

test("fault 9: under a clock that is a year off nothing is locked: nothing would take it back", async () => {
  vi.useFakeTimers({ now: Date.now() + 365 * day, toFake: ["Date"] });
  const { code, office } = await extend("--yes");
  vi.useRealTimers();

  expect(office.failed).toMatch(/this machine's clock and the store's are 3\d{7} s apart/);
  expect(code).toBe(3);
  expect(Math.max(...(await locked("")))).toBeLessThan(60);
});

test("C18: it is in the audit log; a store that is away is told, and keeps no other from it", async () => {
  const { out } = await desk.secondsite("audit", desk.plan, "--json", "--last", "100", ...desk.places);
  expect(
    JSON.parse(out).records.filter((one: { operation: string }) => one.operation === "locks extend").length,
  ).toBeGreaterThan(3);
  const away = ["--store", "office=http://127.0.0.1:9", "--store", `offsite=${desk.offsite}`];
  const { code, out: said } = await desk.secondsite("locks", "extend", desk.plan, ...away);
  expect(said).toContain("✖ tickets (logical) at office: ");
  expect(said).toContain("- tickets (logical) at offsite: ");
  expect(code).toBe(3);
});
