import { ExecaError, execa } from "execa";
import { z } from "zod";
import { wordsOf } from "../../vault/errors.js";

import { EngineError } from "../errors.js";
import type { SystemUser } from "../system-user.js";

/** One backup as `pgbackrest info` tells it; only what we read. */
const backup = z.object({
  label: z.string(),
  type: z.enum(["full", "diff", "incr"]),
  /** The backup that this one adds to. */
  prior: z.string().nullish(),
  error: z.boolean().nullish(),
  archive: z.object({ start: z.string().nullable(), stop: z.string().nullable() }),
  lsn: z.object({ start: z.string(), stop: z.string() }).nullish(),
  info: z.object({ size: z.int(), repository: z.object({ size: z.int().nullish(), delta: z.int() }) }),
  timestamp: z.object({ start: z.int(), stop: z.int() }),
  database: z.object({ id: z.int(), "repo-key": z.int() }),
});
const info = z.array(
  z.object({
    name: z.string(),
    backup: z.array(backup),
    db: z.array(z.object({ id: z.int(), "repo-key": z.int(), "system-id": z.string(), version: z.string() })),
    archive: z
      .array(z.object({ min: z.string().nullable(), max: z.string().nullable(), id: z.string() }))
      .optional(),
  }),
);
export type RepositoryBackup = z.infer<typeof backup>;

/** A stanza as one repository has it. */
export interface Stanza {
  readonly backups: readonly RepositoryBackup[];
  readonly systemIdentifier: string;
  readonly serverVersion: string;
  /** Newest WAL segment stored. */
  readonly newestWal: string | undefined;
}

/** pgBackRest with one configuration file and one stanza. */
export interface PgBackRest {
  /** Runs a command; the tool's own messages end up in the error. */
  run(command: string, options?: readonly string[], parameters?: readonly string[]): Promise<string>;
  /** An object of a repository, decrypted; byte by byte, where text would not do. */
  get(name: string): Promise<Buffer>;
  /** What a repository holds; undefined while the stanza does not exist there. */
  info(repository: number): Promise<Stanza | undefined>;
}

/**
 * Drives pgBackRest. Settings and secrets are in `config`; arguments only name them.
 *
 * @param as whom it runs as. @default this process' user
 */
export function pgbackrest(config: string, stanza: string, as?: SystemUser): PgBackRest {
  // A folder that everybody may enter.
  const where = { ...as, cwd: "/" };
  const asked = async <Answer>(command: string, answer: (args: string[]) => Promise<Answer>) => {
    try {
      return await answer([`--config=${config}`, `--stanza=${stanza}`]);
    } catch (error) {
      if (error instanceof ExecaError && error.code === "ENOENT") throw notInstalled(error);
      throw new EngineError(`pgbackrest ${command} failed: ${lastError(error)}`, 3, undefined, {
        cause: error,
      });
    }
  };
  const run = (command: string, options: readonly string[] = [], parameters: readonly string[] = []) =>
    asked(
      command,
      async (args) =>
        (await execa("pgbackrest", [...args, ...options, command, ...parameters], where)).stdout,
    );
  return {
    run,
    get: (name) =>
      asked("repo-get", async (args) =>
        Buffer.from(
          (await execa("pgbackrest", [...args, "repo-get", name], { ...where, ...exactly })).stdout,
        ),
      ),
    async info(repository) {
      const text = await run("info", [`--repo=${repository}`, "--output=json"]);
      // 64 bits: as a JSON number it would lose its last digits.
      const parsed = info.parse(JSON.parse(text.replace(/"system-id":(\d+)/g, '"system-id":"$1"')));
      const found = parsed.find(({ name }) => name === stanza);
      const db = found?.db.at(-1);
      if (!found || !db) return undefined;
      return {
        backups: found.backup.filter((one) => one.database.id === db.id && one.error !== true),
        systemIdentifier: db["system-id"],
        serverVersion: db.version,
        newestWal: found.archive?.at(-1)?.max ?? undefined,
      };
    },
  };
}

/** The version of the tool, for manifests: `2.45`. @throws EngineError (3) when it is not installed */
export async function pgbackrestVersion(): Promise<string> {
  try {
    const { stdout } = await execa("pgbackrest", ["version"]);
    return stdout.replace("pgBackRest ", "").trim();
  } catch (error) {
    if (error instanceof ExecaError && error.code === "ENOENT") throw notInstalled(error);
    throw error;
  }
}

/**
 * Options that make the tool read a repository as a store that keeps versions held it at a moment.
 *
 * @param moment whole seconds: the tool knows no finer
 * @throws EngineError (3) where the tool is a version that cannot
 */
export async function historyOptions(moment: Date): Promise<string[]> {
  const { failed } = await execa("pgbackrest", ["help", "restore", "repo-target-time"], { reject: false });
  if (failed)
    throw new EngineError(
      `pgBackRest ${await pgbackrestVersion()} cannot read a repository as it was: it has no --repo-target-time`,
      3,
      "install a newer pgBackRest on the machine that restores",
    );
  const text = moment.toISOString().slice(0, 19).replace("T", " ");
  return ["--repo=1", `--repo-target-time=${text}+00`];
}

const notInstalled = (cause: Error) =>
  new EngineError("pgbackrest is not installed on this machine", 3, "install the package pgbackrest", {
    cause,
  });

/** As it was put out, to the last byte. */
const exactly = { encoding: "buffer", stripFinalNewline: false } as const;

const textOf = (put: unknown): string =>
  put instanceof Uint8Array ? Buffer.from(put).toString() : String(put);

/** The tool's ERROR lines, or the end of what it said. */
function lastError(error: unknown): string {
  if (!(error instanceof ExecaError)) return wordsOf(error);
  const lines = `${textOf(error.stderr)}\n${textOf(error.stdout)}`
    .split("\n")
    .filter((line) => line.trim() !== "");
  const errors = lines.filter((line) => line.includes("ERROR"));
  return (errors.length > 0 ? errors : lines.slice(-3)).join(" | ") || error.shortMessage;
}
