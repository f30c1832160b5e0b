import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

import { wordsOf } from "../vault/errors.js";
import { type DatabaseAddress, withClient } from "./comparison/index.js";
import { EngineError } from "./errors.js";
import { socketIn } from "./socket-path.js";
import type { SystemUser } from "./system-user.js";

/** How a server of our own is started. */
export interface PrivateServerOptions {
  /** Its data folder. */
  readonly data: string;
  /** Folder of its socket. Unix sockets allow 107 characters. */
  readonly run: string;
  /** Path of the `postgres` program. */
  readonly program: string;
  /** Whom it runs as. @default this process' user */
  readonly user?: SystemUser;
  /** Superuser to connect as. */
  readonly superuser: string;
  /**
   * Without a network: nothing that runs inside, restored triggers and foreign servers included, reaches anything.
   * @default true
   */
  readonly isolated?: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** Longest it may take until it answers, milliseconds. @default 60 000 */
  readonly patience?: number;
  /** Told each line of its log. */
  readonly hear?: (line: string) => void;
}

/** A PostgreSQL server on a Unix socket only, which ends with its last reference or with this process' death. */
export interface PrivateServer extends AsyncDisposable {
  /** Its maintenance database, as superuser. */
  readonly address: DatabaseAddress;
  /** Whether the kernel keeps it from every network. Where that is not allowed, listening on nothing is all it does. */
  readonly networkCut: boolean;
  readonly pid: number;
  /** Ends it with everything written. */
  shutDown(): Promise<void>;
}

/** Lines of the log that an error shows at the most. */
const shownLines = 200;

/**
 * Starts a server and waits until it answers.
 *
 * @throws EngineError: 2 when the folder of its socket has too long a path, 3 when it ends or does not answer in time, with
 *   what it said
 */
export async function startServer(options: PrivateServerOptions): Promise<PrivateServer> {
  const { data, run, user, isolated = true, patience = 60_000 } = options;
  socketIn(run);
  // Its port is part of its socket's name, and would be PGPORT's: that of the server that a command is about.
  const settings = { listen_addresses: "", unix_socket_directories: run, port: "5432", ...options.settings };
  const command = [
    options.program,
    ...["-D", data],
    ...Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]),
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
  if (child.all)
    createInterface({ input: child.all }).on("line", (line) => {
      options.hear?.(line);
      said.push(line);
      if (said.length > shownLines) said.shift();
    });
  let ended = false;
  void child.finally(() => {
    ended = true;
  });
  const address = { host: run, user: options.superuser, database: "postgres" };
  for (const deadline = performance.now() + patience; ; await sleep(100))
    try {
      await withClient(address, (client) => client.query("SELECT 1"));
      break;
    } catch (cause) {
      if (!ended && performance.now() < deadline) continue;
      child.kill("SIGKILL");
      await child;
      const why = ended ? "did not start" : `did not answer (${wordsOf(cause)})`;
      throw new EngineError(`the server in ${data} ${why}: ${said.join("\n").trim()}`, 3, undefined, {
        cause,
      });
    }
  const pid = Number((await readFile(join(data, "postmaster.pid"), "utf8")).split("\n")[0]);
  const end = async (signal: "SIGINT" | "SIGQUIT") => {
    if (!ended) process.kill(pid, signal);
    await child;
  };
  return {
    ...{ address, networkCut: cut, pid },
    shutDown: () => end("SIGINT"),
    // Immediate shutdown: nothing of it is kept.
    [Symbol.asyncDispose]: () => end("SIGQUIT"),
  };
}

const unshare = (root: boolean) =>
  root ? ["unshare", "--net"] : ["unshare", "--user", "--map-current-user", "--net"];

const withoutNetwork = (user: SystemUser | undefined): string[] => [
  ...unshare(user !== undefined),
  "--",
  ...(user ? ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--"] : []),
];

/** Whether this process may make a network namespace: not under every container's profile. */
async function canCutNetwork(root: boolean): Promise<boolean> {
  const [program = "", ...args] = [...unshare(root), "true"];
  return !(await execa(program, args, { reject: false })).failed;
}
