import { chown, mkdir, rename, rm } from "node:fs/promises";

import { EngineError } from "../../errors.js";
import { openStaging, stagingFolder } from "../../staging.js";
import type { SystemUser } from "../../system-user.js";
import { historyOptions, pgbackrest } from "../pgbackrest.js";
import type { PhysicalPoint } from "../points-chain.js";
import { program } from "../programs.js";
import { writeConfig } from "./config.js";
import type { HostCopy, HostDataset } from "./dataset.js";
import { type Replayed, replay } from "./replay.js";
import { emptyPlace, onlyFiller, type RestorePlace } from "./restore-place.js";
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

/**
 * Fills a new data folder, replays the log onto it up to the target, and verifies its structure; only then does it get
 * its name. The server that does it listens to nobody, reaches nothing and archives nowhere, and neither will the one that
 * is started from the folder until archiving is set up again.
 *
 * Safe to kill and to run again: until it is whole, everything is in `<folder>.restoring`, which the next run begins anew.
 *
 * @throws EngineError: 2 when the folder may not be filled; 4 when another run fills it; 1 when the log ends before the
 *   target, or the data is damaged
 */
export async function restoreIntoFolder(
  request: FolderRestore,
  say: (line: string) => void,
): Promise<Replayed> {
  const major = majorOf(request.point.version);
  // Missing programs are told before anything is fetched.
  await program("postgres", major);
  const look = () => placeOf(request);
  return onlyFiller(await look(), async (still) =>
    // Another run may have filled it meanwhile.
    fill(request, { place: await look(), major, still }, say),
  );
}

/** Refuses a folder that may not be filled; nothing is changed. @throws EngineError (2) */
export async function requireFillable(request: Arriving): Promise<void> {
  await placeOf(request);
}

type Arriving = Pick<FolderRestore, "into" | "copy"> & {
  readonly point: Pick<PhysicalPoint, "version" | "systemIdentifier">;
};

const placeOf = ({ into, copy, point }: Arriving): Promise<RestorePlace> =>
  emptyPlace(into, { ...point, major: majorOf(point.version), copy });

/** Fills a place that nobody else fills. */
async function fill(
  { of, copy, epoch, point, target, timeline, passphrase, asOf }: FolderRestore,
  {
    place,
    major,
    still,
  }: { readonly place: RestorePlace; readonly major: number; readonly still: () => void },
  say: (line: string) => void,
): Promise<Replayed> {
  const history = asOf === undefined ? [] : await historyOptions(asOf);
  const { work, data, folder, as } = place;
  await rm(work, { recursive: true, force: true });
  await madeFor(work, as);
  await madeFor(data, as);
  await using sockets = await openStaging(await stagingFolder());
  try {
    if (as) await chown(sockets.folder, as.uid, as.gid);
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
        sockets: sockets.folder,
        work,
        major,
        superuser: point.superuser ?? "postgres",
        fetches: copy.place.kind === "bucket",
        ...(as ? { as } : {}),
      },
      target,
      say,
    );
    still();
    // An empty folder of that name makes way.
    await rename(data, place.into);
    return replayed;
  } finally {
    // Passphrase and credentials go whatever happened; so does what is not whole.
    await rm(work, { recursive: true, force: true });
  }
}

const majorOf = (version: string): number => Number.parseInt(version, 10);

async function madeFor(folder: string, as: SystemUser | undefined): Promise<void> {
  await mkdir(folder, { mode: 0o700 });
  if (as) await chown(folder, as.uid, as.gid);
}
