import { stat } from "node:fs/promises";
import { execa } from "execa";

import { asked } from "../../asked.js";
import type { DatabaseAddress } from "../../comparison/index.js";
import { EngineError } from "../../errors.js";
import { ownerOf, type SystemUser } from "../../system-user.js";
import { program } from "../programs.js";

/** A running PostgreSQL server of this machine, as it describes itself. */
export interface HostServer {
  readonly address: DatabaseAddress;
  /** Its data folder. */
  readonly data: string;
  readonly port: number;
  /** Folder of its socket, through which pgBackRest talks to it. */
  readonly socketFolder: string;
  /** Major version. */
  readonly major: number;
  /** The superuser that initdb made. */
  readonly superuser: string;
  /** The identity that initdb gave the system. */
  readonly systemIdentifier: string;
  /** Whether it follows another. */
  readonly standby: boolean;
  /** Owner of its folder, where that is not this process' user. */
  readonly as?: SystemUser;
}

/**
 * Asks the server for what is needed to work beside it.
 *
 * @throws EngineError: 3 when it does not answer; 2 when it does not run on this machine, or this user may not work on
 *   its folder
 */
export async function hostServer(address: DatabaseAddress): Promise<HostServer> {
  const found = await asked(address, async (client) => {
    const { rows } = await client.query<{
      data: string;
      port: number;
      sockets: string;
      major: number;
      identifier: string;
      standby: boolean;
      superuser: string;
    }>(
      `SELECT current_setting('data_directory') AS data, current_setting('port')::int AS port,
              current_setting('unix_socket_directories') AS sockets,
              current_setting('server_version_num')::int / 10000 AS major, pg_is_in_recovery() AS standby,
              (SELECT system_identifier::text FROM pg_control_system()) AS identifier,
              (SELECT rolname FROM pg_roles WHERE oid = 10) AS superuser`,
    );
    return rows[0];
  });
  if (!found) throw new EngineError("the server says nothing about itself", 3);
  const { data, port, major, standby, superuser, identifier: systemIdentifier } = found;
  const [socketFolder = ""] = found.sockets.split(",").map((one) => one.trim());
  if (socketFolder === "")
    throw new EngineError(
      "the server has no Unix socket, and pgBackRest needs one",
      2,
      "set unix_socket_directories",
    );
  const elsewhere = (why: string) =>
    new EngineError(
      `the server at ${address.host} keeps its data in ${data}, ${why}`,
      2,
      "run this command on the server's own machine",
    );
  if (!(await stat(data).catch(() => undefined))) throw elsewhere("which is not on this machine");
  const as = await ownerOf(data);
  const here = await systemIn(data, major, as);
  if (here !== systemIdentifier) throw elsewhere(`and that folder is system ${here} on this machine`);
  return {
    ...{ address, data, port, socketFolder, major, superuser, systemIdentifier, standby },
    ...(as ? { as } : {}),
  };
}

/** Identity of the system in a data folder. @throws EngineError (3) when it is no data folder */
export async function systemIn(data: string, major: number, as?: SystemUser): Promise<string> {
  return controlFact(await controlData(data, major, as), "Database system identifier", data);
}

/** What pg_controldata prints about a data folder, in English. */
export async function controlData(data: string, major: number, as?: SystemUser): Promise<string> {
  const { stdout } = await execa(await program("pg_controldata", major), [data], {
    ...as,
    cwd: "/",
    env: { LC_ALL: "C" },
    reject: false,
  });
  return stdout;
}

/** One fact of it. @throws EngineError (3) when it is not there */
export function controlFact(text: string, name: string, data: string): string {
  const line = text.split("\n").find((one) => one.startsWith(`${name}:`));
  if (line === undefined)
    throw new EngineError(`${data} is no data folder of PostgreSQL: "${name}" is not told`, 3);
  return line.slice(name.length + 1).trim();
}
