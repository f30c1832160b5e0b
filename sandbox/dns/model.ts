import type { RecordType } from "dns-packet";

import type { RecordData } from "./record-data.js";

/** How Route 53 chooses among record sets of one name and type, as far as this server evaluates it. */
export type Routing =
  | { readonly policy: "simple" }
  | { readonly policy: "failover"; readonly role: "PRIMARY" | "SECONDARY" }
  /** `weight` is 0 to 255. */
  | { readonly policy: "weighted"; readonly weight: number }
  | { readonly policy: "multivalue" }
  /** A policy that depends on where the client is; its group is answered with SERVFAIL. */
  | { readonly policy: "unsupported"; readonly given: string };

/** One resource record set. */
export interface RecordSet {
  /** Normal form, see `names.ts`; a leading `*` label is a wildcard. */
  readonly name: string;
  readonly type: RecordType;
  /** Seconds; 0 for an alias, which takes its target's. */
  readonly ttl: number;
  readonly data: readonly RecordData[];
  readonly alias?: { readonly target: string; readonly evaluateTargetHealth: boolean };
  readonly setIdentifier?: string;
  readonly healthCheckId?: string;
  readonly routing: Routing;
}

/** A public hosted zone with its record sets by name, then by type. */
export interface Zone {
  readonly id: string;
  readonly name: string;
  readonly names: ReadonlyMap<string, ReadonlyMap<RecordType, readonly RecordSet[]>>;
}

/** What every health check has. */
interface HealthCheckBase {
  readonly id: string;
  /** Unhealthy counts as healthy and the other way round. */
  readonly inverted: boolean;
  /** No requests are sent; the status before inversion is healthy. */
  readonly disabled: boolean;
}

/** A health check that sends requests to an endpoint. */
export interface EndpointCheck extends HealthCheckBase {
  readonly kind: "endpoint";
  readonly protocol: "HTTP" | "HTTPS" | "TCP";
  /** Address to connect to; without it `host` is resolved, IPv4 only, before every request. */
  readonly address?: string;
  readonly host?: string;
  readonly port: number;
  readonly path: string;
  /** Has to appear within the first 5,120 bytes of the body. */
  readonly searchString?: string;
  readonly sni: boolean;
  /** Seconds from one response to the next request of the same checker: 10 or 30. */
  readonly requestInterval: number;
  /** Consecutive equal observations that turn a checker, 1 to 10. */
  readonly failureThreshold: number;
  /** AWS regions whose checkers take part. */
  readonly regions: readonly string[];
}

/** A health check over other health checks. */
interface CalculatedCheck extends HealthCheckBase {
  readonly kind: "calculated";
  readonly children: readonly string[];
  /** How many children have to be healthy; 0 is always healthy. */
  readonly threshold: number;
}

/** A health check this server cannot evaluate: its status is unknown and records that need it get SERVFAIL. */
interface UnsupportedCheck extends HealthCheckBase {
  readonly kind: "unsupported";
  readonly reason: string;
}

/** Any health check. */
export type HealthCheck = EndpointCheck | CalculatedCheck | UnsupportedCheck;

/** Everything read from Route 53's API at one moment. */
export interface Snapshot {
  /** By zone name; of two public zones with one name, one is served. */
  readonly zones: ReadonlyMap<string, Zone>;
  readonly checks: ReadonlyMap<string, HealthCheck>;
  /** What could not be taken over, one sentence each. */
  readonly problems: readonly string[];
}

/** Status of a health check; undefined where it is unknown. */
export type HealthOf = (checkId: string) => boolean | undefined;
