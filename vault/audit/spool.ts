import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import lockfile from "proper-lockfile";

import { VaultError } from "../errors.js";
import { makeFolder } from "../store/directory/make-folder.js";
import { type AuditContent, parseContent } from "./record.js";

/** A record that is not known to be stored. */
export interface Waiting {
  readonly file: string;
  readonly content: AuditContent;
  /** Number under which it was tried last; it may have come to lie there although no answer came. */
  readonly tried: number | undefined;
  /** Notes, on the disk, under which number it is tried next. */
  trying(sequence: number): Promise<void>;
  /** Lets something else wait in its place: how the operation really ended. */
  instead(content: AuditContent): Promise<Waiting>;
  /** Forgets it: it is stored. */
  stored(): Promise<void>;
  /** Lets others have it. */
  release(): Promise<void>;
}

/** Records of one log that wait on this machine's disk until they are known to be stored. */
export interface Spool {
  readonly folder: string;
  /** Puts a record down before it is sent, so that whatever happens then it is not lost. */
  add(content: AuditContent): Promise<Waiting>;
  /**
   * Records that others left, oldest first; those that a living process works on are passed over.
   *
   * @param unreadable is told of a file that is no record; it is kept under another name, and keeps no other from being stored
   */
  left(unreadable: (problem: string) => void): AsyncIterable<Waiting>;
}

/** A process that died is told by its lock's not being renewed for so long, milliseconds. */
const stale = 15_000;

/** A spool in a folder, which is made when there is something to keep. */
export function spoolAt(folder: string): Spool {
  return {
    folder,
    async add(content) {
      await makeFolder(folder, 0o700);
      const file = join(folder, `${content.finishedAt.replaceAll(/[^\dTZ]/g, "")}-${content.id}.json`);
      const release = await locked(file);
      if (!release) throw new VaultError(`${file} is worked on by somebody else`);
      await write(file, content);
      return waiting(file, content, undefined, release);
    },
    async *left(unreadable) {
      for (const name of (await filesIn(folder)).sort()) {
        const file = join(folder, name);
        const release = await locked(file);
        if (!release) continue;
        const text = await readFile(file, "utf8").catch(() => undefined);
        try {
          // Without text, somebody else stored it between the listing and the lock.
          if (text === undefined) continue;
          const content = readable(text, file);
          if ("problem" in content) {
            await rename(file, `${file}.unreadable`);
            unreadable(`${content.problem}; it is kept as ${file}.unreadable`);
          } else yield waiting(file, content, triedIn(text), release);
        } finally {
          await release();
        }
      }
    },
  };
}

function waiting(
  file: string,
  content: AuditContent,
  tried: number | undefined,
  release: () => Promise<void>,
): Waiting {
  return {
    file,
    content,
    tried,
    trying: (sequence) => write(file, content, sequence),
    async instead(other) {
      await write(file, other);
      return waiting(file, other, undefined, release);
    },
    async stored() {
      await rm(file, { force: true });
      await release();
    },
    release,
  };
}

/** Written aside and named when it is whole: a record that waits is never half a record. */
async function write(file: string, content: AuditContent, tried?: number): Promise<void> {
  const aside = `${file}.${process.pid}`;
  const handle = await open(aside, "w", 0o600);
  try {
    await handle.writeFile(`${tried ?? 0}\n${JSON.stringify(content, undefined, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(aside, file);
}

function readable(text: string, file: string): AuditContent | { readonly problem: string } {
  try {
    return parseContent(text.slice(text.indexOf("\n") + 1), file);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return { problem: error.message };
  }
}

function triedIn(text: string): number | undefined {
  const number = Number(text.slice(0, text.indexOf("\n")));
  return number > 0 ? number : undefined;
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith(".json"));
  } catch (error) {
    // Where there is no such folder nothing waits; that none can be made is told by who wants to put something there.
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return [];
    throw error;
  }
}

/** @returns how to let go; undefined when a living process has it */
async function locked(file: string): Promise<(() => Promise<void>) | undefined> {
  try {
    // A lock that is lost means at worst that somebody else looks at the same record, and finds it stored.
    const release = await lockfile.lock(file, { realpath: false, stale, onCompromised: () => undefined });
    return () => release().catch(() => undefined);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ELOCKED") return undefined;
    throw error;
  }
}
