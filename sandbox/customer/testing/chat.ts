import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { execa } from "execa";

import { type Child, TestContainers, testImages } from "../../images/testing/container.js";
import { silent } from "../../progress.js";
import { ownLoopbackAddress } from "../../testing/loopback.js";
import { ensureTools } from "../../toolchain/index.js";

/** Below those that connections take. */
const ports = { database: 5432, service: 8080 };

/** The chat service over a real PostgreSQL, both from their images, on an address of the loopback network. */
export class Chat {
  #database: Child | undefined;
  #service: Child | undefined;

  private constructor(
    readonly directory: string,
    readonly runner: TestContainers,
    readonly app: TestContainers,
    readonly psql: string,
    /** Where both listen. */
    readonly address: string,
  ) {}

  /** Starts both with an empty database. */
  static async start(): Promise<Chat> {
    const [{ images }, { psql }] = await Promise.all([testImages(), ensureTools(["psql"], silent)]);
    const directory = await mkdtemp(join(tmpdir(), "secondsite-chat-"));
    const [runner, app] = [
      await TestContainers.unpack(images.runner),
      await TestContainers.unpack(images.app),
    ];
    await chown(directory, runner.user.uid, runner.user.gid);
    const chat = new Chat(directory, runner, app, psql, ownLoopbackAddress());
    const mounts = { [directory]: "/data" };
    await runner.run({
      args: ["initdb", "-D", "/data/pg", "-U", "postgres", "-A", "trust", "-E", "UTF8"],
      mounts,
    });
    await chat.startDatabase();
    await chat.startService();
    return chat;
  }

  /** Starts PostgreSQL on its data. @param standby as a hot standby, where no session can write. */
  async startDatabase({ standby = false } = {}): Promise<void> {
    const signal = join(this.directory, "pg/standby.signal");
    await (standby ? writeFile(signal, "") : rm(signal, { force: true }));
    this.#database = this.runner.start({
      args: [
        "postgres",
        ...["-D", "/data/pg", "-p", String(ports.database), "-c", `listen_addresses=${this.address}`],
        ...["-c", "unix_socket_directories=", "-c", "dynamic_shared_memory_type=mmap"],
      ],
      mounts: { [this.directory]: "/data" },
    });
    await answers(this.#database, async () => (await this.sql("SELECT 1").catch(() => "")) === "1");
  }

  async startService(): Promise<void> {
    this.#service = this.app.start({
      args: ["node", "/usr/local/lib/chat/chat.mjs"],
      env: { ...this.env, HOST: this.address, PORT: String(ports.service) },
    });
    await answers(this.#service, async () => (await this.status("/health/deep").catch(() => 0)) === 200);
  }

  /** Ends PostgreSQL: SIGKILL to the server, as a lost machine does, or an orderly stop. */
  async stopDatabase(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const running = this.#database;
    if (!running) return;
    if (signal === "SIGKILL") await this.runner.kill(running);
    else running.kill("SIGINT");
    await running;
    this.#database = undefined;
  }

  /** For programs that connect to the database. */
  get env() {
    return {
      PGHOST: this.address,
      PGPORT: String(ports.database),
      PGUSER: "postgres",
      PGDATABASE: "postgres",
    };
  }

  get url(): string {
    return `http://chat.test:${ports.service}`;
  }

  /** Runs SQL. @returns unaligned rows. */
  async sql(statement: string): Promise<string> {
    return (await execa(this.psql, ["-XAtq", "-v", "ON_ERROR_STOP=1", "-c", statement], { env: this.env }))
      .stdout;
  }

  /** Asks the service, at its address. */
  fetch(path: string, request: RequestInit = {}): Promise<Response> {
    return fetch(`http://${this.address}:${ports.service}${path}`, request);
  }

  /** The status of a GET. */
  async status(path: string): Promise<number> {
    return (await this.fetch(path)).status;
  }

  async stop(): Promise<void> {
    this.#service?.kill("SIGTERM");
    this.#database?.kill("SIGINT");
    await Promise.all([this.#service, this.#database]);
    await Promise.all([this.runner.remove(), this.app.remove(), rm(this.directory, { recursive: true })]);
  }
}

/** Waits until a container answers. @throws as soon as it ends, with what it said */
async function answers(running: Child, answer: () => Promise<boolean>): Promise<void> {
  const waiting = new AbortController();
  const ended = running.then(({ exitCode, all }) => {
    if (!waiting.signal.aborted) throw new Error(`it ended with ${exitCode} before it answered: ${all}`);
  });
  try {
    await Promise.race([until(answer), ended]);
  } finally {
    waiting.abort();
  }
}

/** Polls until the answer is yes. @throws after a minute. */
export async function until(answer: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await answer()); await sleep(100)) {
    if (Date.now() > end) throw new Error("not within a minute");
  }
}
