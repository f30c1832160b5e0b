import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import pRetry, { AbortError } from "p-retry";

import { names } from "../../plan/index.js";
import { digest, wordsOf } from "../../vault/index.js";
import type { LeaseReport } from "../../vault/lease/index.js";
import { EngineError } from "../errors.js";
import { type Fork, findFork, type Holder } from "./divergence-fork.js";
import { commitsFrom, recordFollows, walFolder } from "./divergence-log.js";
import {
  countCommits,
  type DivergenceReport,
  type ExportedSegment,
  formatReport,
  howToRead,
} from "./divergence-report.js";
import { seal } from "./divergence-seal.js";
import { tablesOf } from "./divergence-tables.js";
import { files } from "./folders.js";
import { lsnOf, position, segmentNames, segmentStart } from "./log-position.js";
import { type Placement, storeAt } from "./placement.js";
import type { Server } from "./server.js";

/** What became of exporting. */
export interface Divergence {
  /** Transactions that the next epoch does not have. */
  readonly commits: number;
  /** Key of the report, in the site's own copy. */
  readonly key: string;
}

/** Attempts to learn where the next epoch began before all log that is there is exported instead: over half an hour. */
const patientAttempts = 12;

/**
 * Exports what a superseded database committed and the next epoch does not have. Once per epoch, whatever restarts.
 *
 * It changes nothing on the volume and applies nothing anywhere: people judge what is exported.
 */
export class DivergenceExport {
  #result: Divergence | undefined;
  readonly #stop = new AbortController();

  constructor(
    private readonly placement: Placement,
    private readonly incarnation: string,
    private readonly server: Server,
    private readonly say: (line: string) => void,
  ) {}

  /** What was exported; undefined before, and where nothing superseded this volume. */
  get result(): Divergence | undefined {
    return this.#result;
  }

  /** Begins once the lease's keeper says that this volume was superseded. */
  heard(report: LeaseReport): void {
    if (report.type !== "ended" || report.reason !== "superseded" || !report.by) return;
    const holders = [...report.by.history, report.by].sort((a, b) => a.epoch - b.epoch);
    const own = holders.findLast(({ incarnation }) => incarnation === this.incarnation);
    // A volume that never held the lease never committed anything.
    if (own) void this.#export(own, holders);
  }

  /** Gives up what is under way; the next start goes on. */
  stop(): void {
    this.#stop.abort();
  }

  async #export(own: Holder, holders: readonly Holder[]): Promise<void> {
    const { signal } = this.#stop;
    const later = holders.filter(({ epoch }) => epoch > own.epoch);
    let told = "";
    try {
      this.#result = await pRetry((attempt) => this.#once(own, later, attempt > patientAttempts), {
        ...{ retries: 100_000, minTimeout: 5_000, maxTimeout: 300_000, factor: 2, signal },
        onFailedAttempt: ({ message }) => {
          if (message !== told) this.say(`nothing exported yet, trying again: ${message}`);
          told = message;
        },
      });
    } catch (error) {
      if (!signal.aborted) this.say(`what diverged was not exported: ${wordsOf(error)}`);
    }
  }

  async #once(own: Holder, later: readonly Holder[], anyway: boolean): Promise<Divergence> {
    const { placement, say } = this;
    const prefix = names.divergencePrefix(placement.dataset, own.epoch);
    const key = `${prefix}report.json`;
    const store = storeAt(placement, placement.site);
    for await (const found of store.list(key)) {
      if (found.key !== key) continue;
      const text = Buffer.from((await store.get(key)) ?? []).toString("utf8");
      const { commits } = JSON.parse(text) as DivergenceReport;
      say(`${commits} commits that no later epoch has were exported before, see ${key} in ${store.label}`);
      return { commits, key };
    }
    const report = await this.#report(own, later, anyway, prefix);
    // Last, so that a report without its segments does not exist.
    await store.create(key, formatReport(report));
    say(
      report.commits === 0
        ? `nothing diverged: no commit of users after ${report.forkLsn}; see ${key} in ${store.label}`
        : `exported ${report.commits} commits that no later epoch has, see ${key} in ${store.label}`,
    );
    return { commits: report.commits, key };
  }

  async #report(own: Holder, later: readonly Holder[], anyway: boolean, prefix: string) {
    const { placement, server } = this;
    const { plan, dataset, site } = placement;
    if (server.mode !== "read-only") throw new EngineError("the gate is not shut yet", 3);
    const stored = (await readdir(walFolder)).filter((name) => /^[0-9A-F]{24}$/.test(name)).sort();
    const timeline = Number.parseInt(stored.at(-1)?.slice(0, 8) ?? "", 16);
    const onTimeline = stored.filter((name) => Number.parseInt(name.slice(0, 8), 16) === timeline);
    const end = await endOfLog(server, timeline);
    const fork = await findFork(placement, later, timeline).catch((error: unknown): Fork | undefined => {
      if (!anyway) throw error;
      return undefined;
    });
    const from = fork ? position(fork.lsn) : segmentStart(onTimeline[0] ?? "");
    const wanted = segmentNames(timeline, from, end);
    const present = wanted.filter((name) => onTimeline.includes(name));
    const [oldest] = present;
    // What is missing is said; what is left is exported all the same.
    const first = oldest === undefined ? end : segmentStart(oldest);
    const readable = oldest === wanted[0] ? from : first;
    const commits = readable < end ? await commitsFrom(timeline, readable, this.#stop.signal) : [];
    const by = fork?.by ?? later[0] ?? own;
    const report = {
      version: 1 as const,
      ...{ plan: plan.name, dataset, site, epoch: own.epoch, timeline },
      supersededBy: { site: by.site, epoch: by.epoch },
      exportedAt: new Date().toISOString(),
      ...(fork ? { forkLsn: fork.lsn } : {}),
      endLsn: lsnOf(end),
      ...countCommits(commits, await tablesOf(server, commits)),
      segments: commits.length > 0 ? await this.#segments(present, prefix) : [],
      missing: wanted.filter((name) => !present.includes(name)),
    };
    return { ...report, howToRead: howToRead(placement, report) };
  }

  /** Seals and stores segments, one at a time: they are 16 MiB each. */
  async #segments(stored: readonly string[], prefix: string): Promise<ExportedSegment[]> {
    const store = storeAt(this.placement, this.placement.site);
    const passphrase = await readFile(files.passphrase, "utf8");
    const done: ExportedSegment[] = [];
    for (const name of stored) {
      if (this.#stop.signal.aborted) throw new AbortError("stopped");
      const key = `${prefix}${name}.sealed`;
      let body: Uint8Array = await seal(await readFile(join(walFolder, name)), passphrase, key);
      // An attempt before this one may have stored it: that object counts, its salt is another.
      if (!(await store.create(key, body))) body = (await store.get(key)) ?? body;
      done.push({ name, key, bytes: body.byteLength, sha256: digest(body) });
    }
    return done;
  }
}

/** Where a timeline's log ends. @throws EngineError while the server has not replayed all of it */
async function endOfLog(server: Server, timeline: number): Promise<bigint> {
  const [row] = await server.query<{ lsn: string | null }>("SELECT pg_last_wal_replay_lsn() AS lsn");
  if (!row?.lsn) throw new EngineError("the server has not replayed its log", 3);
  const end = position(row.lsn);
  if (await recordFollows(timeline, end)) throw new EngineError("the server still replays its log", 3);
  return end;
}
