import { chmod, chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type pg from "pg";

import { type DatabaseAddress, withClient } from "../../../engines/comparison/index.js";
import { program } from "../../../engines/postgres/programs.js";
import { type PrivateServer, startServer } from "../../../engines/private-server.js";
import { type SystemUser, unprivileged } from "../../../engines/system-user.js";
import { silent } from "../../../sandbox/progress.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";

/** A PostgreSQL server as it runs on an ordinary machine: settings in its folder, started and stopped by whoever may. */
export interface Machine extends AsyncDisposable {
  readonly address: DatabaseAddress;
  readonly data: string;
  /** Everything of it. */
  readonly folder: string;
  /** Whom it runs as, where that is not this process' user. */
  readonly as: SystemUser | undefined;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
  sql(...statements: string[]): Promise<pg.QueryResult[]>;
}

/** What only costs time in a test. */
const quick = { fsync: "off", jit: "off", max_wal_size: "256MB" };

/** A machine with a new, running server. @param settings on its command line */
export async function startMachine(settings: Readonly<Record<string, string>> = {}): Promise<Machine> {
  await ensureTools(["postgres", "pgbackrest"], silent);
  const folder = await ownFolder("ss-host-");
  const as = await unprivileged();
  const data = join(folder, "data");
  await execa(
    await program("initdb"),
    [
      ...[`--pgdata=${data}`, "--auth=trust", "--no-sync", "--data-checksums"],
      ...["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8"],
    ],
    { ...as, cwd: "/" },
  );
  const machine = machineOn(data, settings);
  await machine.start();
  return {
    ...machine,
    async [Symbol.asyncDispose]() {
      await machine.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The server of a data folder that is there already; not started yet. */
export function machineOn(data: string, settings: Readonly<Record<string, string>> = {}): Machine {
  const folder = join(data, "..");
  const run = join(folder, "run");
  const address = { host: run, user: "postgres", database: "postgres" };
  let server: PrivateServer | undefined;
  let as: SystemUser | undefined;
  const start = async () => {
    as = await unprivileged();
    await mkdir(run, { recursive: true });
    if (as) await chown(run, as.uid, as.gid);
    server = await startServer({
      ...{ data, run, superuser: "postgres", isolated: false },
      program: await program("postgres"),
      ...(as ? { user: as } : {}),
      settings: { ...quick, ...settings },
    });
  };
  const stop = async () => {
    await server?.shutDown();
    server = undefined;
  };
  return {
    ...{ address, data, folder, start, stop },
    get as() {
      return as;
    },
    async restart() {
      await stop();
      await start();
    },
    sql: (...statements) =>
      withClient(address, async (client) => {
        const results: pg.QueryResult[] = [];
        for (const statement of statements) results.push(await client.query(statement));
        return results;
      }),
    [Symbol.asyncDispose]: stop,
  };
}

/** A temporary folder in which the servers' user may work. */
export async function ownFolder(prefix: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), prefix));
  await chmod(folder, 0o755);
  const as = await unprivileged();
  if (as) await chown(folder, as.uid, as.gid);
  return folder;
}
