import { chmod, chown, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type ExecaError, execa } from "execa";
import pRetry from "p-retry";

import { type DatabaseAddress, withClient } from "../comparison/index.js";
import { EngineError } from "../errors.js";
import { type ToolPlaces, toolPath } from "./tools.js";

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

/** A PostgreSQL server that holds nothing of value, on a Unix socket only. */
export interface Instance extends AsyncDisposable {
  /** Its maintenance database, as superuser. */
  readonly address: DatabaseAddress;
  /** Whether the kernel keeps it from every network. Where that is not allowed, listening on nothing is all it does. */
  readonly networkCut: boolean;
  readonly pid: number;
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
  const all: Record<string, string> = {
    listen_addresses: "",
    unix_socket_directories: run,
    // A server that is thrown away needs to survive nothing.
    ...{ fsync: "off", synchronous_commit: "off", full_page_writes: "off" },
    ...{ wal_level: "minimal", max_wal_senders: "0", max_wal_size: "2GB", jit: "off" },
    ...settings,
  };
  const command = [
    await toolPath("postgres", options.tools),
    ...["-D", data],
    ...Object.entries(all).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
  ];
  const cut = isolated && (await canCutNetwork(user !== undefined));
  const [program = "", ...args] = cut ? [...withoutNetwork(user), ...command] : command;
  const child = execa(program, args, {
    ...(user && !cut ? user : {}),
    reject: false,
    all: true,
    // A folder that the server's user may enter.
    cwd: "/",
    buffer: { all: false },
    cleanup: true,
  });
  const said: string[] = [];
  child.all?.on("data", (chunk: Buffer) => {
    said.push(chunk.toString("utf8"));
    if (said.length > 200) said.shift();
  });
  let ended = false;
  void child.finally(() => {
    ended = true;
  });
  const address = { host: run, user: superuser, database: "postgres" };
  try {
    await pRetry(() => withClient(address, (client) => client.query("SELECT 1")), {
      ...{ retries: 300, minTimeout: 50, maxTimeout: 200 },
      shouldRetry: () => !ended,
    });
  } catch (cause) {
    child.kill("SIGKILL");
    throw new EngineError(
      `the throw-away server in ${folder} did not start: ${said.join("").trim()}`,
      3,
      undefined,
      { cause },
    );
  }
  const pid = Number((await readFile(join(data, "postmaster.pid"), "utf8")).split("\n")[0]);
  return {
    address,
    networkCut: cut,
    pid,
    async [Symbol.asyncDispose]() {
      // Immediate shutdown: nothing of it is kept.
      if (!ended) process.kill(pid, "SIGQUIT");
      await child;
    },
  };

  async function run1(path: string, args: readonly string[]): Promise<void> {
    try {
      await execa(path, args, { ...(user ?? {}), cwd: "/" });
    } catch (error) {
      const { stderr, shortMessage } = error as ExecaError;
      throw new EngineError(`initdb failed: ${stderr || shortMessage}`, 3, undefined, { cause: error });
    }
  }
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

/** Whom the server runs as: PostgreSQL refuses root, so that root uses Debian's `postgres`. */
async function unprivileged(): Promise<User | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const line = (await readFile("/etc/passwd", "utf8")).split("\n").find((one) => one.startsWith("postgres:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined)
    throw new EngineError("PostgreSQL does not run as root, and there is no user postgres", 3);
  return { uid: Number(uid), gid: Number(gid) };
}

const unshare = (root: boolean) =>
  root ? ["unshare", "--net"] : ["unshare", "--user", "--map-current-user", "--net"];

const withoutNetwork = (user: User | undefined): string[] => [
  ...unshare(user !== undefined),
  "--",
  ...(user ? ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--"] : []),
];

/** Whether this process may make a network namespace: not under every container's profile. */
async function canCutNetwork(root: boolean): Promise<boolean> {
  const [program = "", ...args] = [...unshare(root), "true"];
  return !(await execa(program, args, { reject: false })).failed;
}
