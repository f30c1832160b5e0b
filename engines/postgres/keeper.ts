import { seconds, siteOf } from "../../plan/index.js";
import { createLeaseKeeper, type LeaseReport } from "../../vault/lease/index.js";
import { EngineError } from "../errors.js";
import { DivergenceExport } from "./divergence.js";
import { serveEndpoint } from "./endpoint.js";
import { Gate } from "./gate.js";
import { leaseStore } from "./lease.js";
import type { Placement } from "./placement.js";
import { Server } from "./server.js";
import { unhealthyServices } from "./service-health.js";
import { earlierSighting } from "./sighting.js";
import { readVolumeState } from "./volume-state.js";

/**
 * Supervises PostgreSQL under the lease until `signal` aborts: read-only without it, writable with it.
 *
 * @throws EngineError when PostgreSQL ends by itself; the container restarts and starts over read-only
 */
export async function keep(
  placement: Placement,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<void> {
  const { plan, site, dataset } = placement;
  const volume = await readVolumeState();
  if (!volume)
    throw new EngineError("the volume was never completed", 3, "run the Pod's prepare container first");
  const history: { at: string; what: string }[] = [];
  const say = (what: string) => {
    history.push({ at: new Date().toISOString(), what });
    if (history.length > 200) history.shift();
    log(what);
  };
  const server = new Server(placement);
  const gate = new Gate(placement, server, say);
  const divergence = new DivergenceExport(placement, volume.incarnation, server, say);
  const ended = new AbortController();
  server.onExit = (reason) => ended.abort(new EngineError(reason, 3));
  const place = siteOf(plan, site);
  const lastEpoch = volume.opening ?? volume.epoch;
  const sighting = await earlierSighting();
  const keeper = createLeaseKeeper({
    dataset,
    site,
    incarnation: volume.incarnation,
    ...(lastEpoch === undefined ? {} : { lastEpoch }),
    role: place.kind === "aws-region" ? place.role : "standby",
    // A standby's database exists only once somebody decided to take over.
    mayTake: place.kind === "aws-region" && place.role === "standby",
    figures: {
      ttl: seconds(plan.lease?.ttl ?? "60s") * 1_000,
      skew: seconds(plan.lease?.skew ?? "5s") * 1_000,
    },
    ...(sighting ? { sighting } : {}),
    store: leaseStore(placement),
    fence: gate,
    onReport: (report) => {
      say(told(report));
      divergence.heard(report);
    },
  });
  const writable = async () => keeper.state().open && gate.epoch !== undefined && (await probe(server));
  const endpoint = await serveEndpoint({
    live: () => true,
    ready: writable,
    site: async () => {
      if (!keeper.state().open) return { healthy: false, reason: "the lease is not held here" };
      if (!(await writable())) return { healthy: false, reason: "the database accepts no write" };
      const reasons = await unhealthyServices(plan, dataset);
      return { healthy: reasons.length === 0, reason: reasons.join("; ") || "writable, lease held" };
    },
    status: () => ({
      ...{ site, dataset, lease: keeper.state(), epoch: gate.epoch, volume, history },
      divergence: divergence.result,
    }),
  });
  try {
    await server.start("read-only");
    say("PostgreSQL answers, read-only");
    await keeper.run(AbortSignal.any([signal, ended.signal]));
    ended.signal.throwIfAborted();
  } finally {
    divergence.stop();
    endpoint.close();
    endpoint.closeAllConnections();
    await server.stop(20_000);
  }
}

/** Whether a write is committed right now. */
async function probe(server: Server): Promise<boolean> {
  try {
    await server.query("CREATE TABLE IF NOT EXISTS secondsite_probe (id int PRIMARY KEY, at timestamptz)");
    await server.query(
      "INSERT INTO secondsite_probe VALUES (1, now()) ON CONFLICT (id) DO UPDATE SET at = excluded.at",
    );
    return true;
  } catch {
    // Whatever the reason, the answer to "can it write" is no; the server's own log has the reason.
    return false;
  }
}

function told(report: LeaseReport): string {
  const { type, ...rest } = report;
  const details = Object.entries(rest).map(
    ([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  return [`lease: ${type.replaceAll("-", " ")}`, ...details].join(", ");
}
