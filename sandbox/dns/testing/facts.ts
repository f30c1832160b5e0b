import type { HealthCheck as ApiHealthCheck, ResourceRecordSet } from "@aws-sdk/client-route-53";

import type { Facts } from "../evaluate.js";
import { snapshotOf } from "../snapshot.js";

/** A zone's own two records, as Route 53 makes them. */
export const apexRecords = (zone: string): ResourceRecordSet[] => [
  { Name: `${zone}.`, Type: "NS", TTL: 172_800, ResourceRecords: [{ Value: "ns-1.awsdns-1.com." }] },
  {
    Name: `${zone}.`,
    Type: "SOA",
    TTL: 900,
    ResourceRecords: [{ Value: "ns-1.awsdns-1.com. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400" }],
  },
];

/** An address record, TTL 60 s unless told otherwise. */
export const address = (
  name: string,
  value: string,
  more: Partial<ResourceRecordSet> = {},
): ResourceRecordSet => ({ Name: name, Type: "A", TTL: 60, ResourceRecords: [{ Value: value }], ...more });

/**
 * Facts with the zone `chat.test`, as the API would give them.
 *
 * @param health status of each health check by its id; a check that is absent has no known status.
 * @param draw random numbers. @default always 0
 */
export function factsOf(
  sets: readonly ResourceRecordSet[],
  health: Readonly<Record<string, boolean>> = {},
  draw: () => number = () => 0,
): Facts {
  const checks: ApiHealthCheck[] = Object.keys(health).map((Id) => ({
    Id,
    CallerReference: Id,
    HealthCheckVersion: 1,
    HealthCheckConfig: { Type: "TCP", IPAddress: "10.0.0.1", Port: 1 },
  }));
  const zone = { Id: "/hostedzone/Z1", Name: "chat.test.", CallerReference: "1" };
  const snapshot = snapshotOf({ zones: [{ zone, sets: [...apexRecords("chat.test"), ...sets] }], checks });
  return { snapshot, healthOf: (id) => health[id], draw };
}
