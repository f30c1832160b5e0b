import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";

/** Bytes that are read at a time. */
const piece = 4 << 20;

/** Bytes that are given back to the disk together, at least: each time takes a program of its own. */
const freedAtOnce = 256 << 10;

/** Blocks are at most that large; only whole ones can be given back. */
const block = 4_096;

/**
 * Streams a file while another program appends to it, and gives back the space of what was read: a file that is larger
 * than the disk passes through.
 *
 * @param complete whether nobody writes to it any more; asked before the last look, so that nothing is missed
 */
export async function* growing(
  path: string,
  complete: () => Promise<boolean>,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    for (let at = 0, freed = 0; ; ) {
      signal.throwIfAborted();
      const ended = await complete();
      const read = await readAt(file, at);
      if (read.length > 0) {
        yield read;
        at += read.length;
        // From where the last hole ended, not where the last read began: a block that two reads share would stay, and
        // enough of them would fill the area for good.
        const length = Math.floor((at - freed) / block) * block;
        if (length < freedAtOnce) continue;
        // A file system without holes keeps the space until the file is removed; the bound then fails by name.
        await execa("fallocate", ["--punch-hole", `--offset=${freed}`, `--length=${length}`, path], {
          reject: false,
        });
        freed += length;
      } else if (ended) return;
      else await pause(20);
    }
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, at: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(piece), 0, piece, at);
  return buffer.subarray(0, bytesRead);
}
