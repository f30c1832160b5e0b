import { chown, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { wordsOf } from "../../../vault/errors.js";

import { type DatabaseAddress, withClient } from "../../comparison/index.js";
import { EngineError } from "../../errors.js";
import { type PrivateServer, startServer } from "../../private-server.js";
import type { SystemUser } from "../../system-user.js";
import { program } from "../programs.js";
import { verifyStructure } from "../structure.js";
import { controlData, controlFact } from "./server.js";
import type { RecoveryTarget } from "./target.js";
import { targetInWords } from "./target.js";

/** A restored data folder onto which log is to be replayed. */
export interface ReplayPlace {
  readonly data: string;
  /** Folder for its socket; its path is short. */
  readonly sockets: string;
  /** Private folder for its settings. */
  readonly work: string;
  readonly major: number;
  readonly superuser: string;
  /** Whether the log is fetched over a network: the server that replays it needs one then. */
  readonly fetches: boolean;
  readonly as?: SystemUser;
}

/** Where the replay ended. */
export interface Replayed {
  readonly systemIdentifier: string;
  /** The timeline that begins there. */
  readonly timeline: number;
  /** When the last transaction in it was committed, as the log says; absent where none was replayed. */
  readonly lastCommit?: string;
}

/** Longest a replay may take, milliseconds: a day and a week of log. */
const patience = 7 * 86_400_000;

/** What pgBackRest writes for the recovery, and what must not outlive it. */
const recoverySettings = [
  "restore_command",
  "recovery_target",
  "recovery_target_action",
  "recovery_target_inclusive",
  "recovery_target_lsn",
  "recovery_target_name",
  "recovery_target_time",
  "recovery_target_timeline",
  "recovery_target_xid",
];

/**
 * Replays the log up to the target with a server that only this process reaches, verifies the structure of all databases,
 * and ends it cleanly.
 *
 * @throws EngineError (1) when the log ends before the target, or something is damaged
 */
export async function replay(
  place: ReplayPlace,
  target: RecoveryTarget,
  say: (line: string) => void,
): Promise<Replayed> {
  const { data, sockets, work, major, superuser, fetches, as } = place;
  const config = join(work, "postgresql.conf");
  const hba = join(work, "pg_hba.conf");
  // The folder of the socket lets nobody else in.
  for (const [path, text] of [
    [config, ""],
    [hba, "local all all trust\n"],
  ] as const) {
    await writeFile(path, text, { mode: 0o600 });
    if (as) await chown(path, as.uid, as.gid);
  }
  const control = await controlData(data, major, as);
  const prepared = controlFact(control, "max_prepared_xacts setting", data);
  let lastCommit: string | undefined;
  const heard: string[] = [];
  let server: PrivateServer;
  try {
    server = await startServer({
      ...{ data, run: sockets, superuser, patience, isolated: !fetches },
      program: await program("postgres", major),
      ...(as ? { user: as } : {}),
      settings: {
        ...{ config_file: config, hba_file: hba, ident_file: join(work, "pg_ident.conf"), ssl: "off" },
        // Nobody reads while it replays, so that the primary's sizes need not be met.
        ...{ hot_standby: "off", archive_mode: "off", shared_preload_libraries: "", jit: "off" },
        // Subscriptions that are restored would take what is meant for the live server.
        max_logical_replication_workers: "0",
        max_prepared_transactions: prepared,
        ...{ log_destination: "stderr", logging_collector: "off", lc_messages: "C", log_timezone: "UTC" },
      },
      hear: (line) => {
        lastCommit = /last completed transaction was at log time (.+)$/.exec(line)?.[1] ?? lastCommit;
        if (/(FATAL|PANIC|ERROR):/.test(line) && !/the database system is/.test(line))
          heard.push(line.replace(/^.*?(FATAL|PANIC|ERROR): +/, ""));
      },
    });
  } catch (cause) {
    throw notReached(target, lastCommit, heard, cause);
  }
  await using running = server;
  const { address } = running;
  while (await recovering(address)) await sleep(200);
  await verifyStructure(address, say, { major, thorough: true });
  const state = await withClient(address, async (client) => {
    for (const name of recoverySettings) await client.query(`ALTER SYSTEM RESET ${name}`);
    await client.query("CHECKPOINT");
    const { rows } = await client.query<{ identifier: string; timeline: number }>(
      `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS identifier,
              (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline`,
    );
    return rows[0];
  });
  await running.shutDown();
  if (!state) throw new EngineError("the restored server says nothing about itself", 3);
  return {
    ...{ systemIdentifier: state.identifier, timeline: state.timeline },
    ...(lastCommit === undefined ? {} : { lastCommit }),
  };
}

async function recovering(address: DatabaseAddress): Promise<boolean> {
  return withClient(address, async (client) => {
    const { rows } = await client.query<{ recovering: boolean }>("SELECT pg_is_in_recovery() AS recovering");
    return rows[0]?.recovering !== false;
  });
}

/** The server ended before it was up: its log ended too early, or it could not be replayed. */
function notReached(
  target: RecoveryTarget,
  lastCommit: string | undefined,
  heard: readonly string[],
  cause: unknown,
): EngineError {
  if (!heard.some((line) => line.includes("recovery ended before configured recovery target")))
    return new EngineError(
      `the log could not be replayed: ${heard.slice(-5).join(" | ") || wordsOf(cause)}`,
      1,
      "secondsite verify says what is damaged; --point <label> begins with another point",
      { cause },
    );
  const last =
    lastCommit === undefined
      ? "nothing was committed after this backup"
      : `its last transaction was committed at ${lastCommit}`;
  // It may as well lie before the backup as after the log's end: only the log knows where.
  const unplaced = target.kind === "xid" || target.kind === "name";
  const what = targetInWords(target);
  return new EngineError(
    unplaced
      ? `${what} is not in the log that follows this backup: ${last}`
      : `the stored log ends before ${what}: ${last}`,
    1,
    unplaced
      ? "--point <label> of a backup that was taken before it; without a target all that is stored is restored"
      : "without a target all that is stored is restored",
    { cause },
  );
}
