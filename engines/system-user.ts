import { readFile, stat } from "node:fs/promises";

import { EngineError } from "./errors.js";

/** A user of this machine, as whom programs are started. */
export interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom a server of our own runs as: PostgreSQL refuses root, so that root uses Debian's `postgres`. Undefined where this
 * process' own user will do.
 *
 * @throws EngineError (3) when root has nobody
 */
export async function unprivileged(): Promise<SystemUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const line = (await readFile("/etc/passwd", "utf8")).split("\n").find((one) => one.startsWith("postgres:"));
  const [, , uid, gid] = line?.split(":") ?? [];
  if (uid === undefined || gid === undefined)
    throw new EngineError("PostgreSQL does not run as root, and there is no user postgres", 3);
  return { uid: Number(uid), gid: Number(gid) };
}

/**
 * Whom programs run as that work on somebody's folder: its owner. Undefined where that is this process' own user.
 *
 * @throws EngineError (2) when this process is neither the owner nor root
 */
export async function ownerOf(folder: string): Promise<SystemUser | undefined> {
  const { uid, gid } = await stat(folder);
  const own = process.getuid?.();
  if (own === uid) return undefined;
  if (own === 0) return { uid, gid };
  throw new EngineError(
    `${folder} belongs to user ${uid}, and this is user ${own}`,
    2,
    "run it as that user, or as root",
  );
}
