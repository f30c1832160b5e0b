import { type FileHandle, open } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";

/** Bytes that are read at a time, and given back to the disk together. */
const piece = 4 << 20;

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
    for (let at = 0; ; ) {
      signal.throwIfAborted();
      const ended = await complete();
      const read = await readAt(file, at);
      if (read.length > 0) {
        yield read;
        // A file system without holes keeps the space until the file is removed; the bound then fails by name.
        await execa("fallocate", ["--punch-hole", `--offset=${at}`, `--length=${read.length}`, path], {
          reject: false,
        });
        at += read.length;
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
