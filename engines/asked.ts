import type pg from "pg";

import { type DatabaseAddress, withClient } from "./comparison/index.js";
import { EngineError } from "./errors.js";

/** Connects and asks. @throws EngineError (3) when nobody answers */
export async function asked<Result>(
  address: DatabaseAddress,
  ask: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  try {
    return await withClient(address, ask);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const { code, message } = cause as Error & { code?: string };
    const why =
      code === "42501"
        ? "is a role that may not ask for this: use a superuser"
        : `does not answer: ${message}`;
    throw new EngineError(
      `PostgreSQL at ${address.host} as "${address.user}" ${why}`,
      3,
      "PGHOST, PGPORT, PGUSER and PGPASSWORD_FILE say where the server is",
      { cause },
    );
  }
}

/** Refuses an address where nobody answers, before anything is begun. @throws EngineError (3) */
export const requireAnswer = (address: DatabaseAddress): Promise<unknown> =>
  asked(address, (client) => client.query("SELECT 1"));
