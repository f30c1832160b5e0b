import {
  ChangeResourceRecordSetsCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type Route53Client,
} from "@aws-sdk/client-route-53";

import { withoutDot } from "./names.js";

/** Removes every record of a zone but its own NS and SOA, as `forceDestroy` asks. */
export async function emptyZone(client: Route53Client, zoneId: string, name: string): Promise<void> {
  const own = ({ Name, Type }: ResourceRecordSet) =>
    withoutDot(Name ?? "") === withoutDot(name) && (Type === "NS" || Type === "SOA");
  for (;;) {
    // What is listed is removed, so the next page is again the first one.
    const { ResourceRecordSets = [] } = await client.send(
      new ListResourceRecordSetsCommand({ HostedZoneId: zoneId }),
    );
    const Changes = ResourceRecordSets.filter((record) => !own(record)).map((ResourceRecordSet) => ({
      Action: "DELETE" as const,
      ResourceRecordSet,
    }));
    if (Changes.length === 0) return;
    await client.send(
      new ChangeResourceRecordSetsCommand({ HostedZoneId: zoneId, ChangeBatch: { Changes } }),
    );
  }
}
