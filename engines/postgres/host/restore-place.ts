import { lstat, readdir, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import lockfile from "proper-lockfile";

import { EngineError } from "../../errors.js";
import { ownerOf, type SystemUser, unprivileged } from "../../system-user.js";
import type { HostCopy } from "./dataset.js";
import { folderAt, type HostFolder } from "./folder.js";
import { systemIn } from "./server.js";

/** Where a restore works. */
export interface RestorePlace {
  /** The data folder that is to be. */
  readonly into: string;
  /** Beside it: everything until it is whole. */
  readonly work: string;
  /** The data in there. */
  readonly data: string;
  readonly folder: HostFolder;
  readonly as?: SystemUser;
}

/** What comes to lie in a place, and from where. */
interface Arrival {
  readonly systemIdentifier: string;
  /** PostgreSQL's version. */
  readonly major: number;
  readonly copy: Pick<HostCopy, "place">;
}

/**
 * Finds the place of a data folder that is to be. A link is followed: what it leads to is filled.
 *
 * @throws EngineError (2) for a folder that holds anything, or that lies where no data folder belongs
 */
export async function emptyPlace(
  given: string,
  { systemIdentifier, major, copy }: Arrival,
): Promise<RestorePlace> {
  if (given === "") throw new EngineError("--into-folder takes a folder, got nothing", 2);
  const into = await followed(resolve(given));
  const parent = dirname(into);
  const above = await stat(parent).catch(() => undefined);
  if (!above?.isDirectory())
    throw new EngineError(`${parent}, where ${basename(into)} would be, is no folder`, 2, "make it first");
  if (copy.place.kind === "folder" && `${parent}/`.startsWith(`${resolve(copy.place.folder)}/`))
    throw new EngineError(`${into} lies in the copy that is restored from`, 2);
  const cluster = await clusterAround(parent);
  if (cluster !== undefined)
    throw new EngineError(`${into} lies in ${cluster}, the data folder of a PostgreSQL`, 2);
  const found = await stat(into).catch(() => undefined);
  if (found && !found.isDirectory()) throw new EngineError(`${into} is there and no folder`, 2);
  if (found && found.dev !== above.dev)
    throw new EngineError(
      `${into} is a mount point, and a whole folder is moved there at the end`,
      2,
      `--into-folder ${into}/data`,
    );
  const as = found ? await userOf(into) : await unprivileged();
  if (found) await refuseFilled(into, systemIdentifier, major, as);
  const work = `${into}.restoring`;
  return {
    into,
    work,
    data: join(work, "data"),
    folder: folderAt(join(work, "secondsite")),
    ...(as ? { as } : {}),
  };
}

async function followed(into: string): Promise<string> {
  const link = await lstat(into).catch(() => undefined);
  if (!link?.isSymbolicLink()) return into;
  return realpath(into).catch((cause: NodeJS.ErrnoException) => {
    throw new EngineError(`${into} is a link that leads nowhere: ${cause.code}`, 2, undefined, { cause });
  });
}

/** A data folder in which a folder lies, or which it is. */
async function clusterAround(folder: string): Promise<string | undefined> {
  for (let at = await realpath(folder); ; at = dirname(at)) {
    if (await stat(join(at, "global/pg_control")).catch(() => undefined)) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** The folder's owner; for root's own folder PostgreSQL's user, as it does not run as root. */
async function userOf(folder: string): Promise<SystemUser | undefined> {
  return (await ownerOf(folder)) ?? unprivileged();
}

async function refuseFilled(
  into: string,
  systemIdentifier: string,
  major: number,
  as: SystemUser | undefined,
): Promise<void> {
  const entries = await readdir(into);
  if (entries.length === 0) return;
  const refuse = (what: string) =>
    new EngineError(`${into} ${what}`, 2, "give a new folder, or one that is empty");
  if (!entries.includes("PG_VERSION"))
    throw refuse(`is not empty: it holds ${entries.slice(0, 5).join(", ")}${entries.length > 5 ? " …" : ""}`);
  const running = await serverIn(into);
  if (running !== undefined) throw refuse(`is the data folder of a server that runs, process ${running}`);
  const found = await systemIn(into, major, as).catch(() => undefined);
  throw refuse(
    found === systemIdentifier
      ? "holds this very system already"
      : `holds another system: ${found ?? "it cannot be read"}, not ${systemIdentifier}`,
  );
}

/** The process of the server that runs in a folder. */
async function serverIn(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => "");
  const pid = Number(text.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  const alive = await stat(`/proc/${pid}`).catch(() => undefined);
  return alive ? pid : undefined;
}

/** A run that died is told by its lock's not being renewed for so long, milliseconds. */
const stale = 10_000;

/**
 * Fills a place alone: of two runs one would take away what the other is filling, or name what is not whole.
 *
 * @param work is given what throws when this run was silent for so long that another may have begun
 * @throws EngineError: 4 when another run fills it, 2 when nothing can be made there
 */
export async function onlyFiller<T>(
  { into, work: folder }: Pick<RestorePlace, "into" | "work">,
  work: (still: () => void) => Promise<T>,
): Promise<T> {
  const taken = () => new EngineError(`another restore fills ${into}`, 4, "wait for its end");
  let lost = false;
  const release = await lockfile
    .lock(into, {
      ...{ realpath: false, lockfilePath: `${folder}.lock`, stale },
      // As long as it takes until a run that was killed is known to be dead.
      retries: { retries: 6, factor: 1, minTimeout: stale / 5 },
      onCompromised: () => {
        lost = true;
      },
    })
    .catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ELOCKED") throw taken();
      throw new EngineError(`nothing can be made beside ${into}: ${cause.message}`, 2, undefined, { cause });
    });
  try {
    return await work(() => {
      if (lost) throw taken();
    });
  } finally {
    await release().catch(() => undefined);
  }
}
