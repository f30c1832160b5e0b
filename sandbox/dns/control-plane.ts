import {
  type HealthCheck,
  type HostedZone,
  ListResourceRecordSetsCommand,
  paginateListHealthChecks,
  paginateListHostedZones,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";

import { WorldError } from "../errors.js";
import type { ApiState } from "./snapshot.js";

/** Most items of one list that are read: Route 53's default quota of records per zone. */
const MOST_ITEMS = 10_000;

/** Access keys as the AWS SDK takes them. */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Reads Route 53's API: all zones, records and health checks. */
export interface ControlPlane {
  /** Rejects when any part can't be read, so that a half-read state is never served. */
  read(): Promise<ApiState>;
}

/** @param cloud endpoint, for example `http://10.67.0.2:4566`. */
export function controlPlane(cloud: string, credentials: AwsCredentials): ControlPlane {
  const client = new Route53Client({
    endpoint: cloud,
    region: "us-east-1",
    credentials,
    // The next poll is the retry.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1_000, requestTimeout: 4_000, throwOnRequestTimeout: true },
  });
  return {
    async read() {
      const zones: HostedZone[] = [];
      for await (const page of paginateListHostedZones({ client }, {})) {
        append(zones, page.HostedZones, "hosted zones");
      }
      const filled: ApiState["zones"][number][] = [];
      for (const zone of zones) filled.push({ zone, sets: await recordSets(client, zone) });
      // After the records: a health check that a record names is older than the record.
      const checks: HealthCheck[] = [];
      for await (const page of paginateListHealthChecks({ client }, {})) {
        append(checks, page.HealthChecks, "health checks");
      }
      return { zones: filled, checks };
    },
  };
}

/** The SDK has no paginator for this call. */
async function recordSets(client: Route53Client, zone: HostedZone): Promise<ResourceRecordSet[]> {
  const sets: ResourceRecordSet[] = [];
  for (let start = {}; ; ) {
    const page = await client.send(new ListResourceRecordSetsCommand({ HostedZoneId: zone.Id, ...start }));
    append(sets, page.ResourceRecordSets, `records of zone ${zone.Name}`);
    if (!page.IsTruncated) return sets;
    start = {
      StartRecordName: page.NextRecordName,
      StartRecordType: page.NextRecordType,
      StartRecordIdentifier: page.NextRecordIdentifier,
    };
  }
}

function append<T>(list: T[], page: readonly T[] | undefined, what: string): void {
  list.push(...(page ?? []));
  if (list.length > MOST_ITEMS) throw new WorldError(`more than ${MOST_ITEMS} ${what}: not read`);
}
