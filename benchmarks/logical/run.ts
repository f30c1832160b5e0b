import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { DatabaseAddress } from "../../engines/comparison/index.js";
import { capture, parsePoint, restoreDatabase } from "../../engines/postgres-logical/index.js";
import { sealedReader, sealedWriter } from "../../engines/sealed/parts.js";
import { s3Store } from "../../vault/index.js";
import { processorTime } from "../processor-time.js";
import type { RunFigures } from "../summary.js";
import { backupByHand, restoreByHand } from "./by-hand.js";

/**
 * Who does it: somebody by hand, the engine, which only counts rows; and the same two with every row hashed, and after a
 * restore every row held against what was captured, which is how the engine is.
 */
export const ways = ["hand", "counting", "checked", "engine"] as const;
export type Way = (typeof ways)[number];

/** One measured run; it has a process of its own. */
export interface RunOrder {
  readonly what: "backup" | "restore";
  readonly by: Way;
  /** What is backed up, or made by a restore. */
  readonly address: DatabaseAddress;
  readonly store: Parameters<typeof s3Store>[0];
  /** Where it lies in the store. */
  readonly prefix: string;
  /** File in which what was seen is handed from backup to restore: the engine's manifest, or digests. */
  readonly manifest: string;
  /** Servers whose CPU counts. */
  readonly servers: readonly number[];
}

/** Runs one order, and measures it. */
export async function measuredRun(order: RunOrder): Promise<RunFigures> {
  const folder = await mkdtemp(join(tmpdir(), "secondsite-benchmark-"));
  const pids = [process.pid, ...order.servers];
  const [began, before] = [performance.now(), processorTime(...pids)];
  try {
    await done(order, folder);
    return {
      seconds: (performance.now() - began) / 1_000,
      processor: processorTime(...pids) - before,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function done({ what, by, address, prefix, ...order }: RunOrder, folder: string): Promise<void> {
  const place = {
    store: s3Store(order.store),
    prefix,
    key: { id: "data-000001", secret: new Uint8Array(32).fill(7), context: { dataset: "benchmark" } },
  };
  if (by === "hand" || by === "checked") {
    const file = by === "checked" ? { file: order.manifest } : {};
    await (what === "backup" ? backupByHand : restoreByHand)({ address, place, folder, ...file });
    return;
  }
  const run = { staging: folder, say: () => undefined };
  if (what === "backup") {
    const source = { address, as: "owner", rows: by === "counting" ? "counted" : "hashed" } as const;
    const point = await capture(source, sealedWriter({ ...place, stores: [place.store] }), run);
    await writeFile(order.manifest, JSON.stringify(point));
    return;
  }
  const point = parsePoint(JSON.parse(await readFile(order.manifest, "utf8")), order.manifest);
  const target = { server: { ...address, database: "postgres" }, database: address.database };
  await restoreDatabase(point, sealedReader(place), target, run);
}
