import { createHash } from "node:crypto";

import { VaultError } from "../errors.js";
import type { Store } from "../store/store.js";
import type { Part } from "./entry.js";

/** A part of a point that is not as its manifest says. */
export interface PartFault {
  readonly key: string;
  readonly problem: string;
}

/** Parts that a copy does not list at their size. While there is one, the point does not count there. */
export async function missingParts(store: Pick<Store, "head">, parts: readonly Part[]): Promise<PartFault[]> {
  const faults: PartFault[] = [];
  for (const { key, bytes } of parts) {
    const found = await store.head(key);
    if (!found) faults.push({ key, problem: "it is missing" });
    else if (found.bytes !== bytes)
      faults.push({ key, problem: `it has ${found.bytes} bytes instead of ${bytes}` });
  }
  return faults;
}

/** Reads every part, in bounded memory, and compares it with its checksum. */
export async function damagedParts(
  store: Pick<Store, "head" | "read">,
  parts: readonly Part[],
): Promise<PartFault[]> {
  const faults = await missingParts(store, parts);
  for (const { key, sha256 } of parts) {
    if (faults.some((fault) => fault.key === key)) continue;
    const problem = await differs(store, key, sha256);
    if (problem) faults.push({ key, problem });
  }
  return faults;
}

async function differs(store: Pick<Store, "read">, key: string, sha256: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of store.read(key)) hash.update(chunk);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return `it cannot be read: ${error.message}`;
  }
  return hash.digest("hex") === sha256
    ? undefined
    : "its content is not what was stored: the checksum differs";
}
