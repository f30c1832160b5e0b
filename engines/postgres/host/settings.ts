import { seconds } from "../../../plan/index.js";
import { asked } from "../../asked.js";
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
  const rows = await asked(server.address, async (client) => {
    const names = wanted.map(([name]) => name);
    const found = await client.query<{ name: string; setting: string; context: string }>(
      "SELECT name, setting, context FROM pg_settings WHERE name = ANY($1)",
      [names],
    );
    return found.rows;
  });
  return wanted.map(([name, value, will]) => {
    const row = rows.find((one) => one.name === name);
    const present = row?.setting ?? "";
    return { name, value, present, met: will(present), restart: row?.context === "postmaster" };
  });
}

/** What has to be set, as lines of postgresql.conf. */
export const asLines = (settings: readonly NeededSetting[]): string[] =>
  settings.filter(({ met }) => !met).map(({ name, value }) => `${name} = '${value}'`);
