import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

import pRetry from "p-retry";
import lockfile from "proper-lockfile";
import type { Sample } from "./definitions.js";
import { exposition, type Family, families, type Point } from "./exposition.js";
import { parseExposition } from "./parse.js";

/**
 * Writes samples into a file that node_exporter's textfile collector reads. Whatever else the file holds stays: a backup
 * that failed does not take away when the last one succeeded, nor what another dataset's said.
 *
 * The file is there whole, as it was or as it is to be, whoever reads it when; writers wait for each other.
 *
 * @param file its name has to end with `.prom` for node_exporter to see it
 * @throws NoExposition when the file is somebody else's; it stays as it is
 * @throws Error when it has another name or is no ordinary file, or its folder is not there: one that was made here is none that node_exporter
 *   reads
 */
export async function writeTextfile(file: string, prefix: string, samples: readonly Sample[]): Promise<void> {
  if (!file.endsWith(".prom"))
    throw new Error(`${file} does not end with .prom, and node_exporter reads nothing else`);
  await requireFolder(dirname(file));
  await requireOrdinary(file);
  const release = await locked(file);
  try {
    const known = parseExposition(await present(file));
    await replace(file, await exposition(merged(known, families(prefix, samples))));
  } finally {
    await release();
  }
}

/** Waits for other writers, some nine seconds; where nobody may write there is nothing to wait for. */
const locked = (file: string): Promise<() => Promise<void>> =>
  pRetry(() => lockfile.lock(file, { realpath: false, onCompromised: () => undefined }), {
    ...{ retries: 20, minTimeout: 50, maxTimeout: 500 },
    shouldRetry: (error) => (error as NodeJS.ErrnoException).code === "ELOCKED",
  });

async function requireFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    throw new Error(
      found.code === "ENOENT"
        ? `${folder} is not there; name a file in the folder that node_exporter reads`
        : `${folder} cannot be looked at: ${found.code}`,
    );
  if (!found.isDirectory()) throw new Error(`${folder} is no folder`);
}

/** A device or a pipe has no end to be read to, and would be replaced. */
async function requireOrdinary(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found && !found.isFile()) throw new Error(`${file} is no ordinary file`);
}

async function present(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw error;
  }
}

/** The collector reads any `.prom`: what is not whole yet has another name. */
async function replace(file: string, text: string): Promise<void> {
  const aside = `${file}.${process.pid}.tmp`;
  try {
    // Whoever may write to the folder could have put a link there, to a file of somebody else's.
    await rm(aside, { force: true });
    const handle = await open(aside, "wx", 0o644);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(aside, file);
  } finally {
    await rm(aside, { force: true });
  }
}

function merged(known: readonly Family[], added: readonly Family[]): Family[] {
  const all = new Map(known.map((family) => [family.name, family]));
  for (const family of added) {
    const points = new Map(all.get(family.name)?.points.map((point) => [identity(point), point]));
    for (const point of family.points) points.set(identity(point), point);
    all.set(family.name, { ...family, points: [...points.values()] });
  }
  return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

const identity = ({ labels }: Point) =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
