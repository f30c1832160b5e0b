import type {
  HealthCheck as ApiHealthCheck,
  ResourceRecordSet as ApiRecordSet,
  HostedZone,
} from "@aws-sdk/client-route-53";
import type { RecordType } from "dns-packet";

import { checkOf } from "./check-of.js";
import type { HealthCheck, RecordSet, Routing, Snapshot, Zone } from "./model.js";
import { isWithin, normalName, parentName } from "./names.js";
import { parseRecordData } from "./record-data.js";

/** What Route 53's API answered, all pages together. */
export interface ApiState {
  readonly zones: readonly { readonly zone: HostedZone; readonly sets: readonly ApiRecordSet[] }[];
  readonly checks: readonly ApiHealthCheck[];
}

/** No data yet. */
export const emptySnapshot: Snapshot = { zones: new Map(), checks: new Map(), problems: [] };

/**
 * Turns the API's answers into what is served.
 *
 * Private zones are left out, as public name servers leave them out. A record that can't be read is left out
 * and named in `problems`.
 */
export function snapshotOf(state: ApiState): Snapshot {
  const problems: string[] = [];
  const zones = new Map<string, Zone>();
  for (const { zone, sets } of state.zones) {
    if (zone.Config?.PrivateZone) continue;
    const built = zoneOf(zone, sets, problems);
    const rival = zones.get(built.name);
    // Each of two zones has its own name servers at Route 53; here is one server, so one is served.
    const served = rival && rival.id < built.id ? rival : built;
    if (rival)
      problems.push(`zones ${rival.id} and ${built.id} are both ${built.name}; ${served.id} is served`);
    zones.set(built.name, served);
  }
  const checks = new Map<string, HealthCheck>();
  for (const check of state.checks) {
    const built = checkOf(check);
    checks.set(built.id, built);
    if (built.kind === "unsupported") problems.push(`health check ${built.id}: ${built.reason}`);
  }
  for (const set of [...zones.values()].flatMap(recordSets)) {
    if (set.healthCheckId !== undefined && !checks.has(set.healthCheckId)) {
      problems.push(`record ${set.name} ${set.type}: health check ${set.healthCheckId} does not exist`);
    }
  }
  return { zones, checks, problems };
}

function recordSets(zone: Zone): RecordSet[] {
  return [...zone.names.values()].flatMap((types) => [...types.values()].flat());
}

function zoneOf(zone: HostedZone, sets: readonly ApiRecordSet[], problems: string[]): Zone {
  const name = normalName(zone.Name ?? "");
  const names = new Map<string, Map<RecordType, RecordSet[]>>([[name, new Map()]]);
  for (const given of sets) {
    const set = recordSetOf(given, problems);
    if (!set || !isWithin(set.name, name)) continue;
    // Every name between a record and the apex exists too, even without records of its own.
    for (let at: string | undefined = set.name; at !== undefined && at !== name; at = parentName(at)) {
      if (!names.has(at)) names.set(at, new Map());
    }
    const types = names.get(set.name);
    types?.set(set.type, [...(types.get(set.type) ?? []), set]);
  }
  return { id: (zone.Id ?? "").replace(/^\/hostedzone\//, ""), name, names };
}

function recordSetOf(given: ApiRecordSet, problems: string[]): RecordSet | undefined {
  const { Name = "", Type = "", TTL, AliasTarget, SetIdentifier, HealthCheckId } = given;
  const type = Type as RecordType;
  try {
    return {
      name: normalName(Name),
      type,
      ttl: TTL ?? 0,
      data: (given.ResourceRecords ?? []).map(({ Value = "" }) => parseRecordData(type, Value)),
      routing: routingOf(given),
      ...(AliasTarget && {
        alias: {
          target: normalName(AliasTarget.DNSName ?? ""),
          evaluateTargetHealth: AliasTarget.EvaluateTargetHealth ?? false,
        },
      }),
      ...(SetIdentifier && { setIdentifier: SetIdentifier }),
      ...(HealthCheckId && { healthCheckId: HealthCheckId }),
    };
  } catch (error) {
    problems.push(`record ${Name}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function routingOf(given: ApiRecordSet): Routing {
  if (given.Failover) return { policy: "failover", role: given.Failover };
  if (given.Weight !== undefined) return { policy: "weighted", weight: given.Weight };
  if (given.MultiValueAnswer) return { policy: "multivalue" };
  const unsupported = (["Region", "GeoLocation", "GeoProximityLocation", "CidrRoutingConfig"] as const).find(
    (field) => given[field] !== undefined,
  );
  return unsupported ? { policy: "unsupported", given: unsupported } : { policy: "simple" };
}
