import { chown, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";

import { EngineError } from "../../errors.js";
import type { SystemUser } from "../../system-user.js";

/** Where what archives a server's log is kept: beside its data folder, readable by its user alone. */
export interface HostFolder {
  readonly path: string;
  /** pgBackRest's configuration, with the repositories' passphrase and the stores' credentials. */
  readonly config: string;
  /** Authorities that stores are trusted by, where there are more than the system's. */
  readonly authorities: string;
  /** The repositories' passphrase. */
  readonly passphrase: string;
  readonly state: string;
  /** Log on its way to the repositories. */
  readonly spool: string;
  readonly locks: string;
}

/** The folder of a dataset's server. */
export function hostFolder(data: string, dataset: string): HostFolder {
  return folderAt(join(dirname(data), "secondsite", dataset));
}

/** Such a folder, anywhere. */
export const folderAt = (path: string): HostFolder => ({
  path,
  config: join(path, "pgbackrest.conf"),
  authorities: join(path, "authorities.pem"),
  passphrase: join(path, "passphrase"),
  state: join(path, "state.json"),
  spool: join(path, "spool"),
  locks: join(path, "locks"),
});

/** Makes the folder for its user, and what has to be in it. @throws EngineError (2) when it cannot be made */
export async function makeFolder({ path, spool, locks }: HostFolder, as?: SystemUser): Promise<void> {
  const parent = dirname(path);
  for (const [folder, mode] of [
    [parent, 0o755],
    [path, 0o700],
    [spool, 0o700],
    [locks, 0o700],
  ] as const)
    try {
      const made = await mkdir(folder, { recursive: folder === parent, mode });
      if (as && (made !== undefined || folder !== parent)) await chown(folder, as.uid, as.gid);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw new EngineError(`${folder} cannot be made: ${(cause as Error).message}`, 2, undefined, { cause });
    }
}

/** Writes a file that only its user reads, whole or not at all. */
export async function writeFor(path: string, text: string, as?: SystemUser): Promise<void> {
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  const file = await open(draft, "wx", 0o600);
  try {
    if (as) await file.chown(as.uid, as.gid);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

const state = z.object({
  version: z.literal(1),
  plan: z.string(),
  dataset: z.string(),
  /** The system whose log goes into the epoch; another one in its place is not the same database. */
  systemIdentifier: z.string(),
  /** The epoch that this server's log and backups go into. */
  epoch: z.int().min(1),
  /** Where log and backups go, by site; an earlier release did not note it. */
  stores: z.record(z.string(), z.string()).optional(),
});

/** What a server's archiving is. */
export type HostState = z.infer<typeof state>;

/** The state; undefined while archiving was never set up. @throws EngineError (3) when the file is none */
export async function readState(folder: HostFolder): Promise<HostState | undefined> {
  const text = await readFile(folder.state, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw new EngineError(`${folder.state} cannot be read: ${error.code}`, 3, undefined, { cause: error });
  });
  if (text === undefined) return undefined;
  try {
    return state.parse(JSON.parse(text));
  } catch (cause) {
    throw new EngineError(
      `${folder.state} is not what archiving keeps there`,
      3,
      "secondsite archive --yes",
      {
        cause,
      },
    );
  }
}

export const formatState = (of: HostState): string => `${JSON.stringify(of)}\n`;
