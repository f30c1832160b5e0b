import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";

import { findPoints } from "../../engines/sealed/points.js";
import { planPrune, prune } from "../../engines/sealed/prune.js";
import { loadPlan } from "../../plans/load.js";
import { appendEntry, type Store, writingKeys } from "../../vault/index.js";
import { sealedJob } from "./job.js";
import { afterFault, type FaultDesk, startFaultDesk } from "./testing/fault.js";

let desk: FaultDesk;
/** Oldest first; the oldest is the verified one. */
let [verified, middle, newest]: [string, string, string] = ["", "", ""];

beforeAll(async () => {
  desk = await startFaultDesk({ keep: { count: 1 } });
  [verified, middle, newest] = [await desk.dump(), await desk.dump(), await desk.dump()];
});
afterEach(() => desk.proxy.inject(() => "none"));
afterAll(() => desk?.[Symbol.asyncDispose]());

const at = ["--kind", "logical", "--site", "offsite"];
const pruned = () => desk.on("prune", ...at, "--yes", "--json");
const refused = { operation: "prune", exitCode: 1, outcome: "done", site: "offsite" } as const;
const done = { ...refused, exitCode: 0 } as const;

/** Labels at a copy, oldest first. */
async function labels(site = "offsite"): Promise<string[]> {
  const { out } = await desk.secondsite("points", desk.plan, "--json", "--site", site, ...desk.places);
  return JSON.parse(out)
    .dumps.map(({ label }: { label: string }) => label)
    .reverse();
}

/** A copy as the commands reach it. */
async function copyOf(site: "office" | "offsite") {
  const store = site === "office" ? [`office=${desk.office}`] : [`offsite=${desk.offsite}`];
  const { direct, recipients, kind } = await sealedJob(await loadPlan(desk.plan), "tickets", { site, store });
  const [copy] = direct;
  if (!copy) throw new Error(`no copy at ${site}`);
  return { copy, recipients, kind };
}

test("fault 17: retention that reaches what nobody verified instead is refused", async () => {
  const answer = await pruned();
  await afterFault(desk, answer, { ...refused, says: /no point is verified/, newest });
  expect(await labels()).toEqual([verified, middle, newest]);
});

test("fault 9: with a clock that is a day off, either way, nothing is dropped, and by how much is said", async () => {
  await desk.on("verify", ...at, "--point", verified);
  for (const off of [-86_400_000, 86_400_000]) {
    vi.useFakeTimers({ now: Date.now() + off, toFake: ["Date"] });
    const answer = await pruned();
    vi.useRealTimers();
    await afterFault(desk, answer, { ...refused, says: /clock and the store's are 86\d{3} s apart/, newest });
  }
  expect(await labels()).toEqual([verified, middle, newest]);
});

test("fault 9: without a look at the store's clock two of three would go", async () => {
  const { copy, kind } = await copyOf("offsite");
  const [found] = await findPoints([copy], kind);
  if (!found) throw new Error("nothing found");
  const ahead = new Date(Date.now() + 86_400_000);
  const keep = "12h";

  expect(planPrune(found, kind, keep, ahead, 86_400).dropped).toEqual([]);
  expect(planPrune(found, kind, keep, ahead, 0).dropped.length).toBeGreaterThan(0);
});

test("fault 18: what others add to is kept as long as they are", async () => {
  const { copy, recipients, kind } = await copyOf("offsite");
  const [found] = await findPoints([copy], kind);
  const full = found?.points.find(({ point }) => point.label === middle);
  if (!full) throw new Error("the middle one is gone");
  const { version, sequence, previous, writtenAt, signature, ...content } = full.point;
  const { signer } = await writingKeys([copy], recipients, new Date());
  const label = `${middle}-more`;
  const more = await appendEntry(
    copy.store,
    full.chain,
    { ...content, label, parent: full.reference },
    signer,
  );
  expect([version, previous, writtenAt, signature].length, "what the chain adds by itself").toBe(4);
  const hold = { entry: "hold", plan: copy.plan, dataset: copy.dataset, site: copy.site, epoch: 1 } as const;
  const point = { sequence: more.entry.sequence, sha256: more.sha256 };
  await appendEntry(copy.store, full.chain, { ...hold, point, by: "ada", reason: "asked for" }, signer);
  const answer = await pruned();

  expect(sequence).toBe(2);
  await afterFault(desk, answer, { ...done, says: /"dropped"|"points"/, newest });
  expect((await labels()).sort()).toEqual([verified, middle, label, newest].sort());
  await appendEntry(
    copy.store,
    full.chain,
    { ...hold, entry: "release", point, by: "ada", reason: "done" },
    signer,
  );
});

test("control of faults 9, 17 and 18: with nothing in the way it drops what it should, and keeps the verified one", async () => {
  const answer = await pruned();
  await afterFault(desk, answer, { ...done, says: /"points"/, newest });
  expect(await labels()).toEqual([verified, newest]);
});

test("fault 10: what a run left that died before its entry is collected once it is old, exactly once, and never before", async () => {
  const { offsite } = desk.stores;
  const orphan = "points/tickets/logical/20200101T000000Z-00000000/dump.pgc.zst";
  await offsite.put(orphan, "half of a dump");
  const young = await pruned();
  await afterFault(desk, young, { ...done, says: /"objects": 0/, newest });
  expect(await offsite.head(orphan)).toBeDefined();

  const { copy, kind, recipients } = await copyOf("offsite");
  const later = new Date(Date.now() + 2 * 86_400_000);
  const collected = async () => {
    const [found] = await findPoints([copy], kind);
    if (!found) throw new Error("nothing found");
    return (await prune({ ...planPrune(found, kind, { count: 9 }, later, 0), clock: later }, recipients))
      .objects;
  };
  expect([await collected(), await collected()]).toEqual([1, 0]);
  expect(await labels()).toEqual([verified, newest]);
});

test("fault 23: a listing that does not show the newest entry yet costs none of its parts", async () => {
  const { copy, kind, recipients } = await copyOf("offsite");
  const stale: Store = {
    ...copy.store,
    async *list(prefix) {
      const all = [];
      for await (const one of copy.store.list(prefix)) all.push(one);
      yield* prefix.startsWith("manifests/") ? all.slice(0, 2) : all;
    },
  };
  const [found] = await findPoints([{ ...copy, store: stale }], kind);
  if (!found) throw new Error("nothing found");
  expect(found.points.map(({ point }) => point.label)).not.toContain(newest);
  await prune(planPrune(found, kind, { count: 9 }, new Date(), 0), recipients);

  await afterFault(desk, await pruned(), { ...done, says: /"points"/, newest });
});

/** Begins a backup that waits before a part comes to the office, and does something meanwhile. */
async function meanwhile(during: (part: string) => Promise<unknown>) {
  let reached: (url: string) => void = () => undefined;
  const waits = new Promise<string>((resolve) => {
    reached = resolve;
  });
  let go: () => void = () => undefined;
  const until = new Promise<void>((resolve) => {
    go = resolve;
  });
  desk.proxy.inject(async (method, url): Promise<"none"> => {
    // The dump is there already then.
    if (method === "PUT" && url.includes("/globals.sql")) {
      reached(url);
      await until;
    }
    return "none";
  });
  const running = desk.backup();
  try {
    await during(await waits);
  } finally {
    go();
  }
  return running;
}

test("faults 19 and 20: while one run captures, another one and a prune are told so by a code of their own", async () => {
  const first = await meanwhile(async () => {
    const held = { exitCode: 4, outcome: "refused", says: /is being done by/, newest } as const;
    await afterFault(desk, await desk.backup(), { ...held, operation: "backup" });
    const other = await desk.on("prune", "--kind", "logical", "--yes");
    await afterFault(desk, other, { ...held, operation: "prune" });
  });
  newest = JSON.parse(first.out).label;
  await desk.remember(newest);

  // The figures of the run that went on are written over those of the ones that were refused.
  const said = { operation: "backup", exitCode: 0, outcome: "done", says: /"label"/, newest } as const;
  await afterFault(desk, first, said);
});

test("fault 20: without lease and age a prune beside a capture would cost the point that is on its way", async () => {
  const { copy, kind, recipients } = await copyOf("office");
  const beside = async (clock: Date) => {
    const [found] = await findPoints([copy], kind);
    if (!found) throw new Error("nothing found");
    return prune({ ...planPrune(found, kind, { count: 9 }, clock, 0), clock }, recipients);
  };
  const kept = await meanwhile(() => beside(new Date()));
  const lost = await meanwhile(() => beside(new Date(Date.now() + 2 * 86_400_000)));
  const { out } = await desk.secondsite("points", desk.plan, "--json", "--site", "office", ...desk.places);
  const problem = (answer: { out: string }) =>
    JSON.parse(out).dumps.find(({ label }: { label: string }) => label === JSON.parse(answer.out).label)
      .problem;

  expect(problem(kept)).toBeUndefined();
  expect(problem(lost)).toMatch(/is missing/);
  newest = JSON.parse(lost.out).label;
  await desk.remember(newest);
});

test("fault 19: the lease of a run that died is recovered after its time, and not before", async () => {
  const { office } = desk.stores;
  const keys: string[] = [];
  for await (const { key } of office.list("leases/jobs/tickets/logical/")) keys.push(key);
  const dead = { version: 1, holder: "ada@gone", state: "held", renewals: 3, ttlSeconds: 4 };
  await office.put(keys.at(-1) ?? "", `${JSON.stringify(dead)}\n`);
  const early = await desk.backup();
  const held = { operation: "backup", exitCode: 4, outcome: "refused" } as const;
  await afterFault(desk, early, { ...held, says: /by ada@gone, last seen/, newest, site: "offsite" });

  await sleep(6_000);
  const late = await desk.backup();
  newest = JSON.parse(late.out).label;
  await desk.remember(newest);
  const said = { operation: "backup", exitCode: 0, outcome: "done", says: /"label"/, newest } as const;
  await afterFault(desk, late, said);
});
