import { mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Option } from "@commander-js/extra-typings";

import { EngineError } from "../../engines/errors.js";

/** Gathers what an option that may stand several times was given. */
export const gather = (value: string, before: string[] = []): string[] => [...before, value];

/** `--store`: where a site's copies are, when that is not where the plan says. */
export const storeOption = () =>
  new Option(
    "--store <site=place>",
    "where a site's copies are: a folder, or an S3 server's address; may stand several times",
  ).argParser<string[]>(gather);

/** `--identity`: a key that opens what was sealed. */
export const identityOption = () =>
  new Option(
    "--identity <file>",
    "file with an age identity: a restore's own, or a holder's recovery key; may stand several times",
  ).argParser<string[]>(gather);

/** `--staging`: where temporary files go. */
export const stagingOption = () =>
  new Option("--staging <folder>", "folder for temporary files (default: below the system's)");

/** `--from`: a folder that a backup was made to with `--output`. */
export const fromOption = () =>
  new Option("--from <folder>", "a folder that was the --output of a backup, instead of the plan's copies");

/** `--as-of`: behind what was done to a store since. */
export const asOfOption = () =>
  new Option(
    "--as-of <time>",
    "copies as they were at this time (ISO 8601 with zone), by the history of stores that keep versions",
  );

/** What `--from` gives, looked at: a medium that is not mounted is not an empty one. @throws EngineError (2) */
export async function folderGiven(from: string | undefined): Promise<string | undefined> {
  if (from === undefined) return undefined;
  const found = await stat(from).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error)
    throw found.code === "ENOENT"
      ? new EngineError(`--from "${from}" is not there`, 2, "is its medium mounted?")
      : new EngineError(`--from "${from}" cannot be read: ${found.code}`, 2);
  if (!found.isDirectory()) throw new EngineError(`--from "${from}" is no folder`, 2);
  // An empty folder is no copy without points: whatever is done there would be done in the wrong place.
  for (const copy of await readdir(from))
    if (await stat(join(from, copy, "manifests")).catch(() => undefined)) return from;
  throw new EngineError(
    `--from "${from}" holds no recovery points: nothing in it has a folder "manifests"`,
    2,
    "secondsite backup --output makes such a folder",
  );
}

/**
 * What `--output` gives, made where it is missing. What it lies in is not: that may be a medium that is not mounted.
 *
 * @throws EngineError (2)
 */
export async function outputGiven(output: string | undefined): Promise<string | undefined> {
  if (output === undefined) return undefined;
  if (output === "") throw new EngineError("--output takes a folder, got nothing", 2);
  const made = await mkdir(output).catch((error: NodeJS.ErrnoException) => error);
  if (!(made instanceof Error)) return output;
  const there = await stat(output).catch(() => undefined);
  if (there?.isDirectory()) return output;
  const above = dirname(output);
  throw new EngineError(
    `--output "${output}" cannot be made: ${made.code === "ENOENT" ? `there is no folder ${above}` : made.code}`,
    2,
    `mount what belongs there, or make it: mkdir ${above}`,
  );
}
