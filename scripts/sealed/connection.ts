import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";

import type { DatabaseAddress } from "../../engines/comparison/index.js";
import { EngineError } from "../../engines/errors.js";

/** The variables of libpq that say where a server is; a password comes from a file or from `PGPASSWORD`. */
type Environment = Readonly<Record<string, string | undefined>>;

const modes = ["require", "verify-ca", "verify-full"] as const;

/**
 * Where the database is, as PostgreSQL's own programs would find it: `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD` or
 * `PGPASSWORD_FILE` (a file with the password alone), `PGSSLMODE`, `PGSSLROOTCERT`.
 *
 * @throws EngineError (2) when a value is none, or a file cannot be read
 */
export async function connectionFrom(database: string, environment: Environment): Promise<DatabaseAddress> {
  const { PGHOST, PGPORT, PGUSER, PGPASSWORD, PGPASSWORD_FILE, PGSSLMODE, PGSSLROOTCERT } = environment;
  const port = PGPORT === undefined ? undefined : Number(PGPORT);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw new EngineError(`PGPORT is no port: "${PGPORT}"`, 2);
  const password =
    PGPASSWORD_FILE === undefined
      ? PGPASSWORD
      : (await content("PGPASSWORD_FILE", PGPASSWORD_FILE)).replace(/\r?\n$/, "");
  const mode = modes.find((one) => one === PGSSLMODE);
  if (PGSSLMODE !== undefined && !mode && !["disable", "allow", "prefer"].includes(PGSSLMODE))
    throw new EngineError(`PGSSLMODE is none of libpq's: "${PGSSLMODE}"`, 2, `one of ${modes.join(", ")}`);
  return {
    host: PGHOST ?? "/var/run/postgresql",
    ...(port === undefined ? {} : { port }),
    user: PGUSER ?? userInfo().username,
    database,
    ...(password === undefined ? {} : { password }),
    ...(mode
      ? {
          tls: {
            mode,
            ...(PGSSLROOTCERT === undefined
              ? {}
              : { authority: await content("PGSSLROOTCERT", PGSSLROOTCERT) }),
          },
        }
      : {}),
  };
}

async function content(variable: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : cause;
    throw new EngineError(`${variable} names ${path}, which cannot be read: ${code}`, 2, undefined, {
      cause,
    });
  }
}
