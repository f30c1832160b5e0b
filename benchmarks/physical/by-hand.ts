import { chown, mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";

import { program } from "../../engines/postgres/programs.js";
import { unprivileged } from "../../engines/system-user.js";
import type { RunOrder } from "./order.js";

/** `pgbackrest backup` into each repository: what anybody would type on the machine. */
export async function backupByHand({ config }: RunOrder): Promise<void> {
  const as = await unprivileged();
  for (const repository of [1, 2])
    await execa(
      "pgbackrest",
      [`--config=${config}`, "--stanza=tickets", `--repo=${repository}`, "--type=full", "backup"],
      { ...as, cwd: "/" },
    );
}

/**
 * `pgbackrest restore`, a server, a look now and then until the log is replayed, `pg_amcheck` as the engine runs it, and
 * the server's end.
 */
export async function restoreByHand({ config, into }: RunOrder): Promise<void> {
  const as = await unprivileged();
  await mkdir(into, { mode: 0o700 });
  if (as) await chown(into, as.uid, as.gid);
  const run = (path: string, args: readonly string[]) => execa(path, args, { ...as, cwd: "/" });
  await run("pgbackrest", [
    ...[`--config=${config}`, "--stanza=tickets", "--repo=1", `--pg1-path=${into}`],
    ...["--archive-mode=off", "--process-max=4", "restore"],
  ]);
  const settings = ["listen_addresses=", `unix_socket_directories=${into}`, "hot_standby=off", "jit=off"];
  const server = execa(
    await program("postgres"),
    ["-D", into, ...settings.flatMap((setting) => ["-c", setting])],
    { ...as, cwd: "/", stdio: "ignore" },
  );
  try {
    const client = ["--username=postgres", `--host=${into}`];
    while ((await execa("pg_isready", client, { ...as, cwd: "/", reject: false })).failed) await sleep(200);
    const each = async (statement: string) => {
      for (const database of ["postgres", "shop", "template1"])
        await run("psql", [...client, `--dbname=${database}`, `--command=${statement}`]);
    };
    await each("CREATE EXTENSION amcheck");
    await run(await program("pg_amcheck"), [...[...client, "--all", "--heapallindexed", "--jobs=2"]]);
    await each("DROP EXTENSION amcheck");
  } finally {
    server.kill("SIGINT");
    await server;
  }
}
