import { setTimeout as sleep } from "node:timers/promises";

import { EngineError } from "../errors.js";
import { serveEndpoint } from "./endpoint.js";
import type { Placement } from "./placement.js";
import { Server } from "./server.js";
import { verifyStructure } from "./structure.js";

/**
 * What an isolated instance differs in: it archives nowhere, listens to nobody outside its Pod, and its subscriptions take
 * nothing that is meant for the live server.
 */
const isolated = {
  archive_mode: "off",
  archive_command: "",
  archive_timeout: "0",
  listen_addresses: "",
  ssl: "off",
  max_logical_replication_workers: "0",
};

/**
 * Runs a restored server until `signal` aborts: replays the log up to its target, verifies the structure, and only
 * then calls itself ready. It holds no lease and never archives.
 *
 * @throws EngineError (1) when the log ends before the target, or the database is damaged
 */
export async function serveRestored(
  placement: Placement,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const server = new Server(placement, isolated);
  const ended = new AbortController();
  let state: "replaying" | "verifying" | "ready" = "replaying";
  server.onExit = (reason) =>
    ended.abort(new EngineError(`${reason} while ${state}; its own log above says why`, 1));
  const stopped = AbortSignal.any([signal, ended.signal]);
  const endpoint = await serveEndpoint({
    live: () => !ended.signal.aborted,
    ready: async () => state === "ready" && server.mode !== undefined,
    site: async () => ({ healthy: false, reason: "a restored instance never serves users" }),
    status: () => ({ dataset: placement.dataset, state }),
  });
  try {
    await server.start("read-write");
    say("PostgreSQL answers");
    while (await inRecovery(server)) await sleep(250, undefined, { signal: stopped });
    state = "verifying";
    await verifyStructure(server.address, say);
    state = "ready";
    say("restored and verified");
    await new Promise((resolve) => stopped.addEventListener("abort", resolve, { once: true }));
  } catch (error) {
    // What stopped the server says more than the query that failed because of it.
    if (!stopped.aborted) throw error;
  } finally {
    endpoint.close();
    endpoint.closeAllConnections();
    await server.stop(20_000);
  }
  ended.signal.throwIfAborted();
}

async function inRecovery(server: Server): Promise<boolean> {
  const [row] = await server.query<{ recovering: boolean }>("SELECT pg_is_in_recovery() AS recovering");
  return row?.recovering !== false;
}
