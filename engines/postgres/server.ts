import { rm, writeFile } from "node:fs/promises";
import { execa } from "execa";
import pRetry from "p-retry";
import pg from "pg";

import { ports, seconds } from "../../plan/index.js";
import type { DatabaseAddress } from "../comparison/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { backupsOf } from "./pgbackrest-config.js";
import type { Placement } from "./placement.js";
import { program } from "./programs.js";
import { dropStaleLock } from "./stale-lock.js";

/** How the server runs: a hot standby accepts no write from any session, whatever it sets. */
export type ServerMode = "read-only" | "read-write";

type Child = ReturnType<typeof launch>;

/** Log that stays on the volume, in MiB: what may wait for a repository (`archiveQueueMax`), and some more. */
const keptLog = 1_024 + 128;

const standbySignal = `${folders.data}/standby.signal`;

/** One PostgreSQL server that this process supervises. */
export class Server {
  readonly #placement: Placement;
  #child: Child | undefined;
  #stopping = false;
  #mode: ServerMode | undefined;

  /** How it runs; undefined while it does not. */
  get mode(): ServerMode | undefined {
    return this.#child ? this.#mode : undefined;
  }

  /** Called when the server ends without having been asked to. */
  onExit: (reason: string) => void = () => undefined;

  /** @param settings on top of what every server of the dataset has. @default none */
  constructor(
    placement: Placement,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {
    this.#placement = placement;
  }

  /** Starts the server and waits until it answers. @throws EngineError when it ends or does not answer in time. */
  async start(mode: ServerMode): Promise<void> {
    if (this.#child) throw new EngineError("the server runs already", 3);
    if (mode === "read-only") await writeFile(standbySignal, "");
    else await rm(standbySignal, { force: true });
    await dropStaleLock(folders.data);
    this.#stopping = false;
    this.#mode = mode;
    const child = launch(await program("postgres"), [
      "-D",
      folders.data,
      ...settings(this.#placement, this.settings),
    ]);
    this.#child = child;
    void child.then(({ exitCode, signal }) => {
      if (this.#child === child) this.#child = undefined;
      if (!this.#stopping) this.onExit(`PostgreSQL ended by itself (${signal ?? `exit code ${exitCode}`})`);
    });
    await pRetry(() => this.query("SELECT 1"), {
      retries: 600,
      minTimeout: 100,
      maxTimeout: 500,
      factor: 1.2,
      shouldRetry: () => this.#child === child,
    }).catch((error: unknown) => {
      throw this.#child === child
        ? error
        : new EngineError("PostgreSQL ended while it started; its own log says why", 3, undefined, {
            cause: error,
          });
    });
  }

  /**
   * Stops the server; every session is ended.
   *
   * @param within milliseconds for a clean shutdown; after that it is ended without one, and recovers at its next start.
   */
  async stop(within: number): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#stopping = true;
    // SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one: sessions are gone at once in both.
    for (const [signal, wait] of [
      ["SIGINT", within],
      ["SIGQUIT", 1_000],
    ] as const) {
      child.kill(signal);
      if (await settles(child, wait)) return;
    }
    child.kill("SIGKILL");
    await child;
  }

  /** Ends recovery: the server begins a new timeline and accepts writes. */
  async promote(): Promise<void> {
    // From here on it may write at any moment, whatever the answer.
    this.#mode = "read-write";
    const [row] = await this.query<{ promoted: boolean }>("SELECT pg_promote(true, 60) AS promoted");
    if (row?.promoted !== true) throw new EngineError("PostgreSQL did not end recovery within 60 s", 3);
  }

  /** Its maintenance database, over the Pod's socket. */
  get address(): DatabaseAddress {
    return { host: folders.run, port: ports.postgres, user: "postgres", database: "postgres" };
  }

  /** Runs a statement over the Pod's socket. */
  async query<Row extends pg.QueryResultRow>(
    text: string,
    values: unknown[] = [],
    database = "postgres",
  ): Promise<Row[]> {
    const client = new pg.Client({
      host: folders.run,
      user: "postgres",
      database,
      connectionTimeoutMillis: 2_000,
      query_timeout: 70_000,
    });
    // A server that stops ends its idle sessions; the statement's own error is what counts.
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }
}

/** Settings as arguments: nothing in the data folder, and no ALTER SYSTEM, overrides them. None is secret. */
function settings(placement: Placement, more: Readonly<Record<string, string>>): string[] {
  const { dataset } = placement;
  const { wal } = backupsOf(placement);
  const options: Record<string, string | number> = {
    listen_addresses: "*",
    port: ports.postgres,
    unix_socket_directories: folders.run,
    hba_file: files.hba,
    ssl: "on",
    ssl_cert_file: `${folders.secrets}/server.crt`,
    ssl_key_file: files.tlsKey,
    ssl_ca_file: `${folders.secrets}/ca.crt`,
    password_encryption: "scram-sha-256",
    hot_standby: "on",
    wal_level: "replica",
    wal_log_hints: "on",
    wal_compression: "on",
    // In recovery the server drops log whether stored or not; what waited for a repository has to stay for export.
    wal_keep_size: `${keptLog}MB`,
    archive_mode: "on",
    archive_command: `pgbackrest --config=${files.archive} --stanza=${dataset} archive-push %p`,
    restore_command: `pgbackrest --config=${files.restore} --stanza=${dataset} archive-get %f "%p"`,
    recovery_target_timeline: "latest",
    jit: "off",
    ...(wal ? { archive_timeout: archiveTimeout(seconds(wal.within)) } : {}),
    ...more,
  };
  return Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/** Seconds after which a segment is switched, so that it is stored within the plan's bound: a sixth is for the upload. */
export function archiveTimeout(within: number): number {
  return Math.max(1, Math.floor((within * 5) / 6));
}

/** Not awaited by the caller: a server's life is longer than its start. */
function launch(path: string, args: readonly string[]) {
  return execa(path, args, { stdout: "inherit", stderr: "inherit", reject: false });
}

async function settles(child: Child, wait: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, wait, false);
  });
  try {
    return await Promise.race([child.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
