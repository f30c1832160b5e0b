import { isDeepStrictEqual } from "node:util";

import type { RecordType } from "dns-packet";

import { type Checker, Checkers } from "./checkers.js";
import type { ControlPlane } from "./control-plane.js";
import { evaluate, type Reply, zoneFor } from "./evaluate.js";
import type { Log } from "./log.js";
import type { HealthCheck, Snapshot } from "./model.js";
import { normalName } from "./names.js";
import { emptySnapshot, snapshotOf } from "./snapshot.js";
import type { CheckStatus, Status } from "./status.js";
import { statusReader } from "./status-of.js";

/** Milliseconds between two readings of the control plane: how long a change takes to be served. */
const POLL_MS = 1_000;
/** Longest chain of names that a health checker follows to an address. */
const CNAME_LIMIT = 8;

/**
 * Route 53's data plane: what is served and how healthy it is.
 *
 * It keeps the last state it could read; without the control plane it goes on serving and checking.
 */
export class DataPlane {
  #snapshot: Snapshot = emptySnapshot;
  #checkers: Checkers;
  #statuses = new Map<string, { healthy: boolean | undefined; since: string }>();
  #lastRead: string | undefined;
  #lastError: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    readonly source: ControlPlane,
    readonly log: Log,
  ) {
    this.#checkers = new Checkers(
      (host) => this.#addressOf(host),
      (check, checker, turned) => {
        if (turned) this.#logTurn(check.id, checker);
        this.#refresh(checker.last?.reason ?? "");
      },
    );
  }

  /** Reads the control plane now and then every second. */
  async start(): Promise<void> {
    try {
      const state = await this.source.read();
      if (this.#stopped) return;
      this.#take(snapshotOf(state));
      if (this.#lastError) this.log("control-plane", { reachable: true });
      this.#lastError = undefined;
      this.#lastRead = new Date().toISOString();
    } catch (error) {
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      if (reason !== this.#lastError) this.log("control-plane", { reachable: false, reason });
      this.#lastError = reason;
    }
    if (!this.#stopped) this.#timer = setTimeout(() => void this.start(), POLL_MS);
  }

  /** Stops reading and checking. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#checkers.stop();
  }

  /** Answers one question; SERVFAIL until the control plane has been read once. */
  answer(name: string, type: RecordType | "ANY"): Reply {
    if (!this.#lastRead) {
      const note = "the control plane has not been read yet";
      return { rcode: "SERVFAIL", authoritative: false, answers: [], authorities: [], additionals: [], note };
    }
    return evaluate({ snapshot: this.#snapshot, healthOf: this.#healthOf(), draw: Math.random }, name, type);
  }

  /** What is served and how healthy each check is at this moment. */
  status(): Status {
    const { zones, checks, problems } = this.#snapshot;
    return {
      time: new Date().toISOString(),
      controlPlane: { lastRead: this.#lastRead ?? null, lastError: this.#lastError ?? null },
      zones: [...zones.values()].map(({ id, name, names }) => ({ id, name, names: names.size })),
      problems,
      healthChecks: [...checks.values()].map((check) => this.#statusOf(check)),
    };
  }

  #statusOf(check: HealthCheck): CheckStatus {
    const { healthy, since } = this.#statuses.get(check.id) ?? {};
    const target =
      check.kind === "endpoint"
        ? `${check.protocol} ${check.address ?? check.host}:${check.port}${check.protocol === "TCP" ? "" : check.path}`
        : check.kind;
    const status = statusWord(healthy);
    return { id: check.id, target, status, since: since ?? null, checkers: this.#checkers.of(check.id) };
  }

  #healthOf() {
    return statusReader(this.#snapshot.checks, (id) => this.#checkers.healthy(id));
  }

  /** Serves a new state if it differs. */
  #take(next: Snapshot): void {
    const before = this.#snapshot;
    if (this.#lastRead && isDeepStrictEqual(before, next)) return;
    this.#snapshot = next;
    this.#checkers.fit(next.checks);
    this.log("data", {
      zones: [...next.zones.values()].map(({ id, name, names }) => ({ id, name, names: names.size })),
      healthChecks: [...next.checks.keys()],
      changedZones: [...next.zones.values()]
        .filter((zone) => !isDeepStrictEqual(zone, before.zones.get(zone.name)))
        .map(({ name }) => name),
      problems: next.problems,
    });
    this.#refresh("data changed");
  }

  /** Logs every check whose status is another than at the last look. */
  #refresh(reason: string): void {
    const healthOf = this.#healthOf();
    for (const id of this.#statuses.keys()) {
      if (!this.#snapshot.checks.has(id)) this.#statuses.delete(id);
    }
    for (const id of this.#snapshot.checks.keys()) {
      const healthy = healthOf(id);
      const known = this.#statuses.get(id);
      if (known && known.healthy === healthy) continue;
      this.#statuses.set(id, { healthy, since: new Date().toISOString() });
      const checkers = this.#checkers.of(id);
      this.log("health", {
        check: id,
        status: statusWord(healthy),
        was: known ? statusWord(known.healthy) : null,
        reason,
        healthyCheckers: checkers.filter((checker) => checker.healthy).length,
        checkers: checkers.length,
      });
    }
  }

  #logTurn(check: string, checker: Checker): void {
    const { name, healthy, last } = checker;
    this.log("checker", { check, checker: name, status: statusWord(healthy), reason: last?.reason });
  }

  /** An IPv4 address of a host in any zone served here, as a health checker's resolver would find it. */
  #addressOf(host: string): string | undefined {
    let name = host;
    for (let step = 0; step < CNAME_LIMIT; step++) {
      const last = this.answer(name, "A").answers.at(-1);
      if (last?.type === "A") return last.data;
      if (last?.type !== "CNAME" || !zoneFor(this.#snapshot, normalName(last.data))) return undefined;
      name = last.data;
    }
    return undefined;
  }
}

function statusWord(healthy: boolean | undefined): CheckStatus["status"] {
  if (healthy === undefined) return "unknown";
  return healthy ? "healthy" : "unhealthy";
}
