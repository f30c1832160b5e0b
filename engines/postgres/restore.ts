import { rm } from "node:fs/promises";

import { unwrapPassphrase } from "../../vault/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { pgbackrest } from "./pgbackrest.js";
import { restoreConfig } from "./pgbackrest-config.js";
import { type Placement, ringAt, storeAt } from "./placement.js";
import { ownPoints } from "./points-own.js";
import { writePrivate } from "./private-file.js";
import { newVolume, readVolumeState, writeVolumeState } from "./volume-state.js";

/** What a fresh instance is to hold. */
export interface RestoreRequest {
  /** Epoch of the repository. */
  readonly epoch: number;
  /** The tool's name of the backup that the log is replayed onto. */
  readonly label: string;
  /** Moment to stop at, as PostgreSQL reads it. @default the end of the backup */
  readonly target?: string;
}

/**
 * Fills an empty volume from the site's own copy, so that its server replays up to the target and no further.
 *
 * Safe to kill and to run again: the volume's state is written last, and a filled volume stays as it is.
 *
 * @throws EngineError (2) when the volume holds something else; (1) when the copy's chain does not name the point
 */
export async function restorePoint(
  placement: Placement,
  request: RestoreRequest,
  say: (line: string) => void,
): Promise<void> {
  const { dataset, site } = placement;
  const { epoch, label, target } = request;
  const own = storeAt(placement, site);
  const passphrase = await unwrapPassphrase(ringAt(placement, site));
  await writePrivate(files.hba, onlyThisPod);
  await writePrivate(files.restore, restoreConfig(placement, epoch, passphrase));
  const volume = await readVolumeState();
  if (volume) {
    const { origin } = volume;
    if (origin.kind !== "restored" || origin.fromEpoch !== epoch || origin.label !== label)
      throw new EngineError(`the volume holds something else: ${JSON.stringify(origin)}`, 2);
    say(`${label} of epoch ${epoch} is on the volume already`);
    return;
  }
  const points = await ownPoints(placement, epoch, say);
  if (!points.some((point) => point.label === label))
    throw new EngineError(
      `no entry of epoch ${epoch} in ${own.label} that is to be believed names a point "${label}"`,
      1,
      "secondsite verify says what is damaged",
    );
  say(`restoring ${label} of epoch ${epoch} from ${own.label}, up to ${target ?? "its own end"}`);
  // A half-filled volume is started over: what an interrupted restore left is not worth telling apart.
  await rm(folders.data, { recursive: true, force: true });
  await pgbackrest(files.restore, dataset).run("restore", [
    `--set=${label}`,
    ...(target ? ["--type=time", `--target=${target}`] : ["--type=immediate"]),
    "--target-action=promote",
    "--archive-mode=off",
    "--process-max=4",
  ]);
  await writeVolumeState(newVolume({ kind: "restored", fromEpoch: epoch, label }));
  say("restored; the server replays the log next");
}

/** Nobody connects over the network, whatever the restored data says. */
const onlyThisPod = ["local all postgres peer", ""].join("\n");
