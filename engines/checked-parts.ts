import { createHash } from "node:crypto";

import { wordsOf } from "../vault/errors.js";
import type { Fault, Part, PartReader, Run } from "./engine.js";
import { EngineError } from "./errors.js";

/**
 * Streams a part, and fails at its end unless it is byte for byte what was stored.
 *
 * @throws EngineError (3) that names the part
 */
export async function* checked(parts: PartReader, part: Part): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of parts.read(part)) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  const problem =
    bytes !== part.bytes
      ? `it has ${bytes} bytes; ${part.bytes} were stored`
      : hash.digest("hex") !== part.sha256
        ? "its content is not what was stored: the checksum differs"
        : undefined;
  if (problem !== undefined) throw new EngineError(`${part.name} at ${parts.label}: ${problem}`, 3);
}

/** Reads a small part as JSON. */
export async function readJson(parts: PartReader, part: Part): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of checked(parts, part)) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString("utf8"));
}

/** Reads every part, and compares it with the checksum that it had. */
export async function storedFaults(
  all: readonly Part[],
  parts: PartReader,
  run: Pick<Run, "signal">,
): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const part of all) {
    run.signal?.throwIfAborted();
    try {
      for await (const _ of checked(parts, part)) run.signal?.throwIfAborted();
    } catch (error) {
      run.signal?.throwIfAborted();
      faults.push({ item: part.name, message: wordsOf(error) });
    }
  }
  return faults;
}
