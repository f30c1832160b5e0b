import { join } from "node:path";

import { EngineError } from "./errors.js";

/** What PostgreSQL calls the socket of a port. */
export const socketName = (port: number): string => `.s.PGSQL.${port}`;

/** Longest path that the kernel takes for a socket, in bytes. */
const longest = 107;

/**
 * Path of a PostgreSQL server's socket in a folder.
 *
 * @throws EngineError (2) when it is longer than a socket's may be
 */
export function socketIn(folder: string, port = 5432): string {
  const path = join(folder, socketName(port));
  const bytes = Buffer.byteLength(path);
  if (bytes > longest)
    throw new EngineError(
      `${folder} is too long a path for PostgreSQL's socket in it: ${bytes} bytes, ${longest} at the most`,
      2,
      "--staging <folder> with a shorter path",
    );
  return path;
}
