import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import type { CapabilityTable } from "../capabilities.js";
import { writeFileAtomically } from "./write.js";

/** Finds out whether a folder's file system links as it should; the rest no folder has. */
export async function probeDirectory(root: string): Promise<CapabilityTable> {
  const folder = `probe/${randomUUID()}`;
  const key = `${folder}/object`;
  try {
    await writeFileAtomically(root, key, [Buffer.from("first")], true);
    const second = await writeFileAtomically(root, key, [Buffer.from("second")], true);
    const kept = (await readFile(join(root, key), "utf8")) === "first";
    return {
      "conditional-create": second === undefined && kept,
      checksums: false,
      versioning: false,
      "list-versions": false,
      "version-times": false,
      lock: false,
      "list-uploads": true,
    };
  } finally {
    await rm(join(root, folder), { recursive: true, force: true });
  }
}
