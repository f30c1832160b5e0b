import { seconds } from "../../../plan/index.js";
import { asked } from "../../asked.js";
import type { DatabaseAddress } from "../../comparison/index.js";
import { EngineError } from "../../errors.js";
import { backupsOf } from "../pgbackrest-config.js";
import { archiveTimeout } from "../server.js";
import type { HostDataset } from "./dataset.js";
import type { HostFolder } from "./folder.js";
import type { HostServer } from "./server.js";

/** A setting that archiving needs. */
export interface NeededSetting {
  readonly name: string;
  /** What it has to be. */
  readonly value: string;
  /** What it is at present. */
  readonly present: string;
  /** Whether what it is at present will do. */
  readonly met: boolean;
  /** Whether a change takes effect only when the server starts. */
  readonly restart: boolean;
  /** It is set as it has to be, and takes effect when the server starts. */
  readonly pending: boolean;
}

/**
 * How a server has to be set so that its log goes where the plan says, beside how it is.
 *
 * @throws EngineError (2) when the folder's path cannot stand in a command
 */
export async function neededSettings(
  of: Pick<HostDataset, "dataset" | "spec">,
  server: HostServer,
  folder: HostFolder,
): Promise<NeededSetting[]> {
  // The server hands the command to a shell.
  if (!/^[\w./-]+$/.test(folder.config))
    throw new EngineError(
      `archive_command cannot name ${folder.config}`,
      2,
      "the server's data has to be below a path of letters, digits, dots and dashes",
    );
  const { wal } = backupsOf(of);
  const within = wal ? archiveTimeout(seconds(wal.within)) : undefined;
  const wanted: readonly (readonly [string, string, (present: string) => boolean])[] = [
    ["wal_level", "replica", (present) => present !== "minimal"],
    ["archive_mode", "on", (present) => present === "on" || present === "always"],
    [
      "archive_command",
      `pgbackrest --config=${folder.config} --stanza=${of.dataset} archive-push %p`,
      (present) => present === wanted[2]?.[1],
    ],
    ...(within === undefined
      ? []
      : [
          [
            "archive_timeout",
            `${within}s`,
            (present: string) => Number(present) > 0 && Number(present) <= within,
          ] as const,
        ]),
  ];
  const names = wanted.map(([name]) => name);
  const rows = await asked(server.address, async (client) => {
    const found = await client.query<SettingRow>(
      "SELECT name, setting, context, source FROM pg_settings WHERE name = ANY($1)",
      [names],
    );
    return found.rows;
  });
  const files = await inFiles(server.address, names);
  return wanted.map(([name, value, will]) => {
    const row = rows.find((one) => one.name === name);
    const [present, written] = [row?.setting ?? "", files.get(name)];
    const met = will(present);
    // What the command line says stands, whatever the files say.
    const pending = !met && written !== undefined && will(written) && row?.source !== "command line";
    return { name, value, present, met, restart: row?.context === "postmaster", pending };
  });
}

interface SettingRow {
  readonly name: string;
  readonly setting: string;
  readonly context: string;
  readonly source: string;
}

/** What the server's files say of settings: the last line of each counts. Nothing where the role may not read them. */
async function inFiles(address: DatabaseAddress, settings: readonly string[]): Promise<Map<string, string>> {
  return asked(address, async (client) => {
    const may = "SELECT has_function_privilege('pg_show_all_file_settings()', 'EXECUTE') AS may";
    if ((await client.query<{ may: boolean }>(may)).rows[0]?.may !== true) return new Map();
    const { rows } = await client.query<{ name: string; setting: string }>(
      "SELECT name, setting FROM pg_file_settings WHERE name = ANY($1) ORDER BY seqno",
      [settings],
    );
    return new Map(rows.map(({ name, setting }) => [name, setting]));
  });
}

/** Whether all that is missing is a restart. */
export const awaitsRestart = (settings: readonly NeededSetting[]): boolean =>
  settings.some(({ met }) => !met) && settings.every(({ met, pending }) => met || pending);

/** What has to be set, as lines of postgresql.conf. */
export const asLines = (settings: readonly NeededSetting[]): string[] =>
  settings.filter(({ met }) => !met).map(({ name, value }) => `${name} = '${value}'`);
