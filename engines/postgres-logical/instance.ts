import { chmod, chown, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type ExecaError, execa } from "execa";

import { EngineError } from "../errors.js";
import { type PrivateServer, startServer } from "../private-server.js";
import { unprivileged } from "../system-user.js";
import { type ToolPlaces, toolPath } from "./tools.js";

/** A PostgreSQL server that holds nothing of value, on a Unix socket only. */
export type Instance = PrivateServer;

/** How a throw-away server is made. */
export interface InstanceOptions {
  /** A folder of its own that exists. Its path has to be short: Unix sockets allow 107 characters. */
  readonly folder: string;
  /** Name of its bootstrap superuser. @default "postgres" */
  readonly superuser?: string;
  /** Encoding and locale of its template. @default UTF8 and C.UTF-8 */
  readonly locale?: { readonly encoding: string; readonly name: string };
  /**
   * Without a network: nothing that runs inside, restored triggers and foreign servers included, reaches anything.
   * @default true
   */
  readonly isolated?: boolean;
  /** Settings on top. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  readonly tools?: ToolPlaces;
}

/**
 * Makes and starts a throw-away server; it ends with its last reference, or with this process' death.
 *
 * @throws EngineError when it does not start, with what it said
 */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { folder, superuser = "postgres", settings = {}, isolated = true } = options;
  const server = join(folder, "server");
  const [data, run] = [join(server, "data"), join(server, "run")];
  await mkdir(run, { recursive: true, mode: 0o700 });
  const user = await unprivileged();
  if (user) {
    // The folder above is root's own; the server's user passes through it.
    await chmod(folder, 0o711);
    for (const path of [server, run]) await chown(path, user.uid, user.gid);
  }
  const { encoding, name: locale } = options.locale ?? { encoding: "UTF8", name: "C.UTF-8" };
  await run1(await toolPath("initdb", options.tools), [
    `--pgdata=${data}`,
    ...["--auth=trust", "--no-sync", "--data-checksums"],
    `--username=${superuser}`,
    `--encoding=${encoding}`,
    `--locale=${locale}`,
  ]);
  return startServer({
    ...{ data, run, superuser, isolated },
    program: await toolPath("postgres", options.tools),
    ...(user ? { user } : {}),
    settings: {
      // A server that is thrown away needs to survive nothing.
      ...{ fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
      ...{ wal_level: "minimal", max_wal_senders: "0", max_wal_size: "2GB", jit: "off" },
      ...settings,
    },
  });

  async function run1(path: string, args: readonly string[]): Promise<void> {
    try {
      await execa(path, args, { ...(user ?? {}), cwd: "/" });
    } catch (error) {
      const { stderr, shortMessage } = error as ExecaError;
      throw new EngineError(`initdb failed: ${stderr || shortMessage}`, 3, undefined, { cause: error });
    }
  }
}
