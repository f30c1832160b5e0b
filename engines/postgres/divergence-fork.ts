import { readFile } from "node:fs/promises";

import { names } from "../../plan/index.js";
import type { LeaseRecord } from "../../vault/lease/index.js";
import { EngineError } from "../errors.js";
import { files, folders } from "./folders.js";
import { pgbackrest } from "./pgbackrest.js";
import { restoreConfig } from "./pgbackrest-config.js";
import { type Placement, storeAt } from "./placement.js";
import { writePrivate } from "./private-file.js";

/** Who held the lease, and when in the order of epochs. */
export type Holder = LeaseRecord["history"][number];

/** Where a later epoch left the log of an earlier one. */
export interface Fork {
  /** The epoch that did. */
  readonly by: Holder;
  /** What is before this position the later epoch has; what is after it, it does not. */
  readonly lsn: string;
}

const configuration = `${folders.run}/fork.conf`;
const fetched = `${folders.run}/fork.history`;

/** Where a timeline's history says that it left another one; undefined when it never was on that. */
export function forkIn(history: string, timeline: number): string | undefined {
  for (const line of history.split("\n")) {
    const [parent, lsn] = line.trim().split(/\s+/);
    if (Number(parent) === timeline && lsn?.includes("/")) return lsn;
  }
  return undefined;
}

/**
 * Finds in the later epochs' repositories where the first of them left this volume's timeline.
 *
 * @param later epochs after this volume's own, in order
 * @throws EngineError while none of them has stored its timeline's history, or a store does not answer
 */
export async function findFork(
  placement: Placement,
  later: readonly Holder[],
  timeline: number,
): Promise<Fork> {
  const { dataset } = placement;
  const passphrase = await readFile(files.passphrase, "utf8");
  for (const by of later) {
    const there = { ...placement, site: by.site };
    const archive = `${names.repositoryPath(dataset, by.epoch).slice(1)}/archive/${dataset}/`;
    const stored: string[] = [];
    for await (const { key } of storeAt(placement, by.site).list(archive)) {
      const [, name] = /\/([0-9A-F]{8}\.history)$/.exec(key) ?? [];
      if (name && Number.parseInt(name, 16) > timeline) stored.push(name);
    }
    await writePrivate(configuration, restoreConfig(there, by.epoch, passphrase));
    for (const name of stored.sort()) {
      await pgbackrest(configuration, dataset).run("archive-get", [], [name, fetched]);
      const lsn = forkIn(await readFile(fetched, "utf8"), timeline);
      if (lsn) return { by, lsn };
    }
  }
  throw new EngineError(
    `epoch ${later.map(({ epoch }) => epoch).join(", ")} has not stored where it left timeline ${timeline}`,
    3,
  );
}
