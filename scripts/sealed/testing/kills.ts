import { chmod, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { parsePlan } from "../../../plan/index.js";
import { type DatasetCopy, type KeyProvider, s3Store } from "../../../vault/index.js";
import { testCredentials } from "../../../vault/testing/backends.js";
import type { Answer } from "../../testing/terminal.js";
import { sealedJob } from "../job.js";
import { type Desk, startDesk } from "./desk.js";
import type { Scene } from "./leaks.js";
import { noise } from "./noise.js";
import { type StoreGate, storeGate } from "./store-gate.js";

/** The backup that is killed. */
export const kind = "logical";

/** A desk before whose S3 server somebody stands. */
export interface KillDesk extends AsyncDisposable, Scene {
  readonly desk: Desk;
  readonly gate: StoreGate;
  /** Where the disk's copy is written aside. */
  readonly aside: string;
  readonly recipients: readonly KeyProvider[];
  /** A command's arguments, complete. */
  args(command: string, ...more: string[]): string[];
  /** Runs a command in this process: to its end. */
  run(args: readonly string[]): Promise<Answer>;
  /** Lets the time pass after which a silent owner's lease is taken over. @returns whether one was held */
  passLeases(): Promise<boolean>;
}

/** Starts a desk with a few points, of which the oldest is verified at both copies. */
export async function startKillDesk(): Promise<KillDesk> {
  const desk = await startDesk({ keep: { count: 2 } });
  // A throw-away server that root verifies with runs as somebody else, who passes through.
  await chmod(desk.folder, 0o711);
  const gate = await storeGate(desk.store.endpoint ?? "");
  // Uploads have several parts: what ends in the middle of one has been seen too.
  await desk.server.sql(desk.database, noise(18));
  const staging = join(desk.folder, "staging");
  const stores = [`office=${gate.endpoint}`, `offsite=${desk.offsite}`];
  const plan = parsePlan(JSON.parse(await readFile(desk.plan, "utf8")));
  const { direct, recipients } = await sealedJob(plan, "tickets", { kind, store: stores });
  const scene: KillDesk = {
    ...{ desk, gate, staging, recipients, kind },
    server: desk.server.address,
    copies: direct.map((copy) => (copy.site === "office" ? asItIs(copy, gate.endpoint) : copy)),
    aside: join(desk.offsite, "desk-offsite-customer/.unfinished"),
    args: (command, ...more) => [
      ...[command, desk.plan, ...more, "--kind", kind, "--json"],
      ...stores.flatMap((store) => ["--store", store]),
    ],
    run: (args) => desk.secondsite(...args),
    passLeases: () => passLeases(direct, join(desk.store.data ?? "", "desk-office-customer")),
    async [Symbol.asyncDispose]() {
      await gate[Symbol.asyncDispose]();
      await desk[Symbol.asyncDispose]();
    },
  };
  return scene;
}

/** The office's copy at what really stands there: MinIO lists no unfinished uploads and ends them by itself; this does. */
function asItIs(copy: DatasetCopy, endpoint: string): DatasetCopy {
  const at = { bucket: "desk-office-customer", region: "us-east-1", endpoint, credentials: testCredentials };
  const store = s3Store(at);
  return { ...copy, store, ring: { ...copy.ring, store } };
}

/** Ages the files of leases by an hour, since nobody wants to wait: the store dates objects by them. */
async function passLeases([first]: readonly DatasetCopy[], bucket: string): Promise<boolean> {
  let held = false;
  const then = new Date(Date.now() - 3_600_000);
  for await (const { key } of first?.store.list("leases/jobs/") ?? []) {
    const file = join(bucket, key);
    if ((await readFile(file, "utf8")).includes('"state":"held"')) held = true;
    await utimes(file, then, then);
  }
  return held;
}

/** Waits until whoever was killed is noticed by what it talked to. */
export async function settled(look: () => Promise<readonly string[]>): Promise<readonly string[]> {
  for (let waited = 0; ; waited += 200) {
    const left = await look();
    if (left.length === 0 || waited >= 10_000) return left;
    await pause(200);
  }
}
