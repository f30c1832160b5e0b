import { chmod } from "node:fs/promises";
import { execa } from "execa";

import type { Desk } from "./desk.js";

/** Lets another user read the offsite copies: who restores from a folder has access to it. */
export async function readableBy(
  { uid, gid }: Readonly<Record<"uid" | "gid", number>>,
  { folder, offsite }: Pick<Desk, "folder" | "offsite">,
): Promise<void> {
  await chmod(folder, 0o711);
  await execa("chown", ["-R", `${uid}:${gid}`, offsite]);
}
