import { readdir, readFile, readlink } from "node:fs/promises";

import { type DatabaseAddress, withClient } from "../../../engines/comparison/index.js";
import { kindPrefix } from "../../../engines/sealed/layout.js";
import { findPoints } from "../../../engines/sealed/points.js";
import { abandonedAfter } from "../../../engines/unfinished.js";
import type { DatasetCopy } from "../../../vault/index.js";

/** Where commands run, as far as they can leave something there. */
export interface Scene {
  /** The server that they read and restore into. */
  readonly server: DatabaseAddress;
  readonly staging: string;
  readonly copies: readonly DatasetCopy[];
  readonly kind: string;
}

/**
 * What finished commands left behind, a line each. What a killed capture wrote counts only once it is so old that a
 * prune has to collect it.
 *
 * @param now what time it is
 * @param group process group in which nothing may run
 */
export async function leaksOf(scene: Scene, now: Date, group?: number): Promise<string[]> {
  const { staging, copies, server } = scene;
  return [
    ...(await readdir(staging)).map((name) => `staging folder ${name}`),
    ...(await processesLeft(staging, group)),
    ...(await inServer(server)),
    ...(await Promise.all(copies.map((copy) => inStore(copy, scene.kind, now)))).flat(),
  ];
}

/**
 * Programs that run in a folder, whoever started them, and those of a killed command's group; a line each.
 *
 * @param staging folder in which, or on whose files, nothing may run
 */
export async function processesLeft(staging: string, group: number | undefined): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const [state, , of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (stat === "" || state === "Z") continue;
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    const folder = await readlink(`/proc/${pid}/cwd`).catch(() => "");
    if (Number(of) === group || line.includes(`${staging}/`) || folder.startsWith(`${staging}/`))
      found.push(`process ${line.replaceAll("\0", " ").trim()}`);
  }
  return found;
}

/** What a restore fills, before it is switched in, and whoever is still connected. */
async function inServer(server: DatabaseAddress): Promise<string[]> {
  return withClient(server, async (client) => {
    const { rows } = await client.query<{ leak: string }>(
      `SELECT 'temporary database ' || datname AS leak FROM pg_database WHERE datname LIKE '%\\_\\_next\\_%'
        UNION ALL SELECT 'session in ' || datname || ': ' || left(query, 80) FROM pg_stat_activity
                   WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    return rows.map(({ leak }) => leak);
  });
}

async function inStore(copy: DatasetCopy, kind: string, now: Date): Promise<string[]> {
  const { store, dataset, site } = copy;
  const found: string[] = [];
  const abandoned = new Date(now.getTime() - abandonedAfter);
  for await (const { key, startedAt } of store.uploads(""))
    if (startedAt < abandoned) found.push(`unfinished upload of ${key} at ${site}`);
  const [points] = await findPoints([copy], kind);
  const live = new Set(points?.points.map(({ point }) => point.label));
  const prefix = kindPrefix(dataset, kind);
  for await (const { key, modifiedAt } of store.list(prefix)) {
    const [label = ""] = key.slice(prefix.length).split("/");
    if (!live.has(label) && (points?.dropped.includes(label) || modifiedAt < abandoned))
      found.push(`orphan ${key} at ${site}`);
  }
  for await (const { key } of store.list(`leases/jobs/`)) {
    const body = await store.get(key);
    if (body && Buffer.from(body).includes('"state":"held"')) found.push(`lease ${key} at ${site}`);
  }
  return found;
}
