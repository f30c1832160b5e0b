import { createServer } from "node:http";

import { WorldError } from "../errors.js";
import type { Checker } from "./checkers.js";
import type { Listen } from "./listen.js";

/** One health check in `GET /status`. */
export interface CheckStatus {
  readonly id: string;
  /** What is asked, for example `HTTPS 10.67.1.10:443/health/deep`. */
  readonly target: string;
  /** After disabling, calculation and inversion. */
  readonly status: "healthy" | "unhealthy" | "unknown";
  /** When it took this status; ISO 8601. */
  readonly since: string | null;
  readonly checkers: readonly Checker[];
}

/** Answer of `GET /status`. */
export interface Status {
  /** ISO 8601. */
  readonly time: string;
  /** When Route 53's API was last read whole, and why it can't be read if it can't. */
  readonly controlPlane: { readonly lastRead: string | null; readonly lastError: string | null };
  readonly zones: readonly { readonly id: string; readonly name: string; readonly names: number }[];
  /** What of the data is not served, one sentence each. */
  readonly problems: readonly string[];
  readonly healthChecks: readonly CheckStatus[];
}

/**
 * Serves `GET /status` over HTTP, for people and rehearsals: no part of Route 53.
 *
 * @returns a function that stops serving.
 * @throws WorldError when the address or port can't be had.
 */
export async function serveStatus({ address, port }: Listen, status: () => Status): Promise<() => void> {
  const server = createServer((request, response) => {
    const known = request.method === "GET" && request.url === "/status";
    const body = known
      ? status()
      : { error: `no such page: ${request.method} ${request.url}; try GET /status` };
    response.writeHead(known ? 200 : 404, { "content-type": "application/json", connection: "close" });
    response.end(`${JSON.stringify(body)}\n`);
  });
  server.maxConnections = 32;
  server.requestTimeout = 5_000;
  server.headersTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.on("error", (error) =>
      reject(new WorldError(`cannot serve status on ${address}:${port}: ${error.message}`)),
    );
    server.listen(port, address, () => resolve());
  });
  return () => server.close();
}
