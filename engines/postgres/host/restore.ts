import { chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

import { EngineError } from "../../errors.js";
import { ownerOf, type SystemUser, unprivileged } from "../../system-user.js";
import { historyOptions, pgbackrest } from "../pgbackrest.js";
import type { PhysicalPoint } from "../points-chain.js";
import { program } from "../programs.js";
import { writeConfig } from "./config.js";
import type { HostCopy, HostDataset } from "./dataset.js";
import { folderAt, type HostFolder } from "./folder.js";
import { type Replayed, replay } from "./replay.js";
import { systemIn } from "./server.js";
import { type RecoveryTarget, targetOptions } from "./target.js";

/** What is restored, and where to. */
export interface FolderRestore {
  readonly of: Pick<HostDataset, "dataset" | "spec">;
  readonly copy: HostCopy;
  readonly epoch: number;
  readonly point: Pick<PhysicalPoint, "label" | "version" | "systemIdentifier" | "superuser">;
  readonly target: RecoveryTarget;
  /** Timeline to follow. @default the newest */
  readonly timeline?: number;
  /** Opens the repository. */
  readonly passphrase: string;
  /** The data folder that is to be: new, or empty. */
  readonly into: string;
  /** Reads the repository as it was then; needs a store that keeps versions, and a tool that can. @default as it is */
  readonly asOf?: Date;
}

/** Where a restore works. */
interface Place {
  /** The data folder that is to be. */
  readonly into: string;
  /** Beside it: everything until it is whole. */
  readonly work: string;
  /** The data in there. */
  readonly data: string;
  readonly folder: HostFolder;
  readonly as?: SystemUser;
}

/**
 * Fills a new data folder, replays the log onto it up to the target, and verifies its structure; only then does it get
 * its name. The server that does it listens to nobody, reaches nothing and archives nowhere, and neither will the one that
 * is started from the folder until archiving is set up again.
 *
 * Safe to kill and to run again: until it is whole, everything is in `<folder>.restoring`, which the next run begins anew.
 *
 * @throws EngineError: 2 when the folder may not be filled; 1 when the log ends before the target, or the data is damaged
 */
export async function restoreIntoFolder(
  request: FolderRestore,
  say: (line: string) => void,
): Promise<Replayed> {
  const { of, copy, epoch, point, target, timeline, passphrase, asOf } = request;
  const major = majorOf(point.version);
  const history = asOf === undefined ? [] : await historyOptions(asOf);
  // Missing programs are told before anything is fetched.
  await program("postgres", major);
  const place = await emptyPlace(request.into, point.systemIdentifier, major);
  const { work, data, folder, as } = place;
  await rm(work, { recursive: true, force: true });
  await madeFor(work, as);
  await madeFor(data, as);
  const sockets = await mkdtemp(join(tmpdir(), "ss-"));
  try {
    if (as) await chown(sockets, as.uid, as.gid);
    await writeConfig(folder, { of, copies: [copy], epoch, passphrase, server: { data } }, as);
    say(`restoring ${point.label} of epoch ${epoch} from ${copy.store.label}`);
    await pgbackrest(folder.config, of.dataset, as).run("restore", [
      ...history,
      `--set=${point.label}`,
      ...targetOptions(target, timeline),
      "--archive-mode=off",
      `--tablespace-map-all=${place.into}.tablespaces`,
      "--process-max=4",
    ]);
    const identifier = await systemIn(data, major, as);
    if (identifier !== point.systemIdentifier)
      throw new EngineError(
        `what ${point.label} holds is system ${identifier}, and its entry says ${point.systemIdentifier}`,
        1,
        "secondsite verify says what is damaged",
      );
    say("replaying the log");
    const replayed = await replay(
      {
        data,
        sockets,
        work,
        major,
        superuser: point.superuser ?? "postgres",
        fetches: copy.place.kind === "bucket",
        ...(as ? { as } : {}),
      },
      target,
      say,
    );
    // An empty folder of that name makes way.
    await rename(data, place.into);
    return replayed;
  } finally {
    await rm(sockets, { recursive: true, force: true });
    // Passphrase and credentials go whatever happened; so does what is not whole.
    await rm(work, { recursive: true, force: true });
  }
}

const majorOf = (version: string): number => Number.parseInt(version, 10);

/** Refuses a folder that may not be filled; nothing is changed. @throws EngineError (2) */
export async function requireFillable(
  into: string,
  { systemIdentifier, version }: FolderRestore["point"],
): Promise<void> {
  await emptyPlace(into, systemIdentifier, majorOf(version));
}

/** Where a restore works. Refuses a folder that holds anything. @throws EngineError (2) */
async function emptyPlace(given: string, systemIdentifier: string, major: number): Promise<Place> {
  const into = resolve(given);
  const parent = dirname(into);
  const above = await stat(parent).catch(() => undefined);
  if (!above?.isDirectory())
    throw new EngineError(`${parent}, where ${basename(into)} would be, is no folder`, 2, "make it first");
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

async function madeFor(folder: string, as: SystemUser | undefined): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (as) await chown(folder, as.uid, as.gid);
}
