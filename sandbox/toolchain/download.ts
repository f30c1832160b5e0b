import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Say } from "../progress.js";

/** How long a server may take to answer, and to send the next piece, in milliseconds. */
interface Patience {
  /** Default: 4000. */
  readonly answer?: number;
  /** Default: 20000. */
  readonly piece?: number;
}

/** Fetches a small text over HTTPS. @throws within `answer` when the server cannot be reached. */
export async function fetchText(url: string, patience: Patience = {}): Promise<string> {
  const { response } = await ask(url, {}, patience);
  return await response.text();
}

/**
 * Downloads a file and checks it. A part that is there already is continued, a whole file is only checked.
 *
 * @param sha256 what the file's SHA-256 has to be, in hexadecimal.
 * @throws when the server cannot be reached, stalls, or sends something else.
 */
export async function download(
  url: string,
  sha256: string,
  to: string,
  say: Say,
  patience: Patience = {},
): Promise<void> {
  if ((await sizeOf(to)) === 0) {
    const part = `${to}.part`;
    await receive(url, part, say, patience);
    await rename(part, to);
  }
  const got = await digest(to);
  if (got !== sha256.toLowerCase()) {
    await rm(to);
    throw new Error(`${url}: SHA-256 is ${got}, expected ${sha256}`);
  }
}

async function receive(url: string, part: string, say: Say, patience: Patience): Promise<void> {
  const had = await sizeOf(part);
  const { response, controller } = await ask(url, had > 0 ? { range: `bytes=${had}-` } : {}, patience, [416]);
  if (response.status === 416) {
    // Everything was there but the rename, or the file changed: start over, the digest decides.
    await rm(part, { force: true });
    return receive(url, part, say, patience);
  }
  if (!response.body) throw new Error(`${url}: empty answer`);
  const resumed = response.status === 206;
  const total = Number(response.headers.get("content-length") ?? 0) + (resumed ? had : 0);
  const name = new URL(url).pathname.split("/").at(-1) ?? url;
  if (resumed) say(`${name}: continuing at ${megabytes(had)}`);
  let size = resumed ? had : 0;
  let reported = 0;
  const stalled = () => controller.abort(new Error(`${url}: stalled at ${megabytes(size)}`));
  let timer = setTimeout(stalled, patience.piece ?? 20_000);
  const watch = async function* (pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      clearTimeout(timer);
      timer = setTimeout(stalled, patience.piece ?? 20_000);
      size += piece.length;
      if (Date.now() - reported > 5_000) {
        reported = Date.now();
        say(`${name}: ${megabytes(size)}${total ? ` of ${megabytes(total)}` : ""}`);
      }
      yield piece;
    }
  };
  try {
    await pipeline(
      Readable.fromWeb(response.body),
      watch,
      createWriteStream(part, { flags: resumed ? "a" : "w" }),
    );
  } finally {
    clearTimeout(timer);
  }
}

async function ask(
  url: string,
  headers: Record<string, string>,
  patience: Patience,
  tolerated: readonly number[] = [],
): Promise<{ response: Response; controller: AbortController }> {
  const controller = new AbortController();
  const answer = patience.answer ?? 4_000;
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${answer / 1000} s`)), answer);
  try {
    const response = await fetch(url, { headers, signal: controller.signal });
    if (!response.ok && !tolerated.includes(response.status)) {
      throw new Error(`answered ${response.status}`);
    }
    return { response, controller };
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(`${url}: ${cause instanceof Error ? cause.message : message}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function digest(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
