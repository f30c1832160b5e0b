import { setTimeout as pause } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { s3Store } from "../../vault/index.js";
import { testCredentials } from "../../vault/testing/backends.js";
import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";
import { noise } from "./testing/noise.js";

let desk: FaultDesk;
let newest: string;

beforeAll(async () => {
  desk = await startFaultDesk();
  // Three parts of an upload.
  await desk.server.sql(desk.database, noise(40));
  newest = await desk.dump();
});
afterEach(() => desk.proxy.inject(() => "none"));
afterAll(() => desk?.[Symbol.asyncDispose]());

/** Number of a part that is sent; undefined where a request is no such thing. */
const partOf = (method: string, url: string) =>
  method === "PUT" && url.includes("/points/") ? /partNumber=(\d+)/.exec(url)?.[1] : undefined;

/** How often each part was sent, and when; and how often an upload was begun. */
function watched(fault: (part: string, nth: number) => "none" | "stall" | "503") {
  const sent = new Map<string, number[]>();
  let begun = 0;
  desk.proxy.inject((method, url) => {
    if (method === "POST" && /\?uploads/.test(url)) begun += 1;
    const part = partOf(method, url);
    if (part === undefined) return "none";
    const times = [...(sent.get(part) ?? []), Date.now()];
    sent.set(part, times);
    return fault(part, times.length);
  });
  return { sent, begun: () => begun };
}

test("control of fault 22: with nothing in the way each of three parts is sent once", async () => {
  const { sent, begun } = watched(() => "none");
  const answer = await desk.backup();

  expect([...sent].map(([part, times]) => [part, times.length]).sort()).toEqual([
    ["1", 1],
    ["2", 1],
    ["3", 1],
  ]);
  expect(begun()).toBe(1);
  newest = JSON.parse(answer.out).label;
  await desk.remember(newest);
});

test("fault 22: a part that stalls is given up after its deadline, asked again after pauses, and the upload carried on to a whole point", async () => {
  const { sent, begun } = watched((part, nth) =>
    part !== "2" || nth > 2 ? "none" : nth === 1 ? "stall" : "503",
  );
  const answer = await desk.backup();
  desk.proxy.inject(() => "none");

  const [first = 0, second = 0, third = 0] = sent.get("2") ?? [];
  // 20 s without a sign of life; Node takes two of them where bytes wait to be sent.
  expect(second - first).toBeGreaterThan(18_000);
  expect(second - first).toBeLessThan(60_000);
  expect(third).toBeGreaterThan(second);
  expect([sent.get("1")?.length, sent.get("2")?.length, sent.get("3")?.length, begun()]).toEqual([
    1, 3, 1, 1,
  ]);
  newest = JSON.parse(answer.out).label;
  await desk.remember(newest);
  const done = { operation: "backup", exitCode: 0, outcome: "done", says: /"site": "office"/ } as const;
  await afterFault(desk, answer, { ...done, newest, site: "office" });
});

test("fault 22: without a deadline it would wait for good; without another try the copy would fail", async () => {
  const bucket = { bucket: "desk-office-customer", region: "us-east-1", credentials: testCredentials };
  const at = { ...bucket, endpoint: desk.proxy.endpoint };
  desk.proxy.inject((_method, url) => (url.includes("/probe/") ? "stall" : "none"));
  const body = async function* () {
    yield Buffer.from("something");
  };
  const upload = (key: string, options: object) =>
    s3Store({ ...at, ...options }).upload(`probe/${key}`, body());
  const patient = upload("patient", { idleTimeout: 0, attempts: 1 }).catch(() => "ended");
  const once = upload("once", { idleTimeout: 2_000, attempts: 1 });

  await expect(once).rejects.toThrow(/^writing probe\/once at s3:/);
  expect(await Promise.race([patient, pause(5_000, "still waiting")])).toBe("still waiting");
});
