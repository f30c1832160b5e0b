import { readFile } from "node:fs/promises";

import { ownProgram } from "../bundled/index.js";
import type { Program } from "../program.js";

/** A customer: who, what and where to. */
export interface CustomerOptions {
  /** Unique within its namespace. */
  readonly name: string;
  /**
   * How it writes: through the service; in a PostgreSQL session that overrides read-only settings; or in one
   * PostgreSQL transaction that stays open for `hold` seconds before COMMIT.
   *
   * @default "service"
   */
  readonly mode?: "service" | "override" | "open-transaction";
  /** The service with its name, for example `http://api.chat.test`; not used by sessions. */
  readonly url?: string;
  /** Writes to this address instead of resolving the name. Sessions need it. */
  readonly address?: string;
  /** Resolver to ask. @default the system's */
  readonly resolver?: string;
  /** Path of the ledger; appended to. One ledger belongs to one run. */
  readonly ledger: string;
  /** Same seed and rows as the load. */
  readonly seed: string;
  /** Messages loaded beforehand. */
  readonly rows: number;
  /** Lanes there are in all. @default 1 */
  readonly lanes?: number;
  /** Writes this lane only. @default all */
  readonly lane?: number;
  /** First number. @default 1 */
  readonly from?: number;
  /** Writes a second and lane. @default 20 */
  readonly rate?: number;
  /** Seconds that `open-transaction` waits before COMMIT. @default 60 */
  readonly hold?: number;
  /** Added to the environment; sessions read PGUSER, PGDATABASE, PGPASSWORD. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A customer as a program of the world; ready once a write was committed (service) or sent (sessions). */
export function customer({ env = {}, ...options }: CustomerOptions): Program {
  const { name, mode = "service", ledger } = options;
  const flags = Object.entries(options).flatMap(([option, value]) => [`--${option}`, String(value)]);
  return {
    name,
    argv: ownProgram(new URL("main.ts", import.meta.url), ...flags),
    env,
    ready: async () => {
      const text = await readFile(ledger, "utf8").catch(() => "");
      return text.includes(mode === "service" ? '{"type":"committed"' : '{"type":"sent"');
    },
  };
}
