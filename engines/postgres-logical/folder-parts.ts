import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Part, PartReader, PartWriter } from "../engine.js";
import { EngineError, fullDisk } from "../errors.js";
import { type LogicalPoint, parsePoint } from "./point.js";

/** Written last: a folder without it is no point. */
const manifest = "point.json";
const unfinished = ".unfinished";

/** Parts in a folder of this machine: a backup to a chosen path. */
export async function folderWriter(folder: string): Promise<PartWriter> {
  const existing: string[] = await readdir(folder).catch(() => []);
  if (existing.includes(manifest))
    throw new EngineError(`${folder} holds a point already`, 2, "name another folder");
  // What a killed run left has no manifest, and counts for nothing.
  const left = existing.filter((name) => name.endsWith(unfinished));
  for (const name of left) await rm(join(folder, name), { force: true });
  const written: string[] = [];
  return {
    label: folder,
    async write(name, content) {
      const path = join(folder, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}${unfinished}`;
      written.push(draft, path);
      const hash = createHash("sha256");
      let bytes = 0;
      const file = await open(draft, "w", 0o600);
      try {
        for await (const chunk of content) {
          hash.update(chunk);
          bytes += chunk.length;
          await file.writeFile(chunk);
        }
        await file.sync();
      } catch (error) {
        await rm(draft, { force: true });
        throw fullDisk(error, folder);
      } finally {
        await file.close();
      }
      await rename(draft, path);
      return { name, bytes, sha256: hash.digest("hex") };
    },
    async discard() {
      for (const path of written) await rm(path, { force: true });
    },
  };
}

/** Makes a folder's parts a point. */
export async function finishFolder(folder: string, point: LogicalPoint): Promise<void> {
  const draft = join(folder, `${manifest}${unfinished}`);
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(`${JSON.stringify(point, undefined, 2)}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, join(folder, manifest));
}

/** Reads a folder's point. @throws EngineError (2) when it holds none */
export async function folderPoint(folder: string): Promise<LogicalPoint> {
  const path = join(folder, manifest);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new EngineError(`${folder} holds no complete point: ${manifest} cannot be read`, 2, undefined, {
      cause,
    });
  });
  return parsePoint(JSON.parse(text), path);
}

/** The parts of a folder's point. */
export function folderReader(folder: string): PartReader {
  return {
    label: folder,
    async *read(part: Part) {
      try {
        for await (const chunk of createReadStream(join(folder, part.name), { highWaterMark: 1 << 18 }))
          yield chunk as Buffer;
      } catch (cause) {
        const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
        throw new EngineError(`${part.name} at ${folder} cannot be read: ${code}`, 3, undefined, { cause });
      }
    },
  };
}
