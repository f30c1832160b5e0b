import { randomUUID } from "node:crypto";

import {
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type Route53Client,
  UpdateHostedZoneCommentCommand,
} from "@aws-sdk/client-route-53";
import type { ZoneArgs, ZoneState } from "@pulumi/aws/route53/zone.js";

import type { Value } from "../../protocol/index.js";
import { each, length, tags } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { ResourceType } from "../resource.js";
import { emptyZone } from "./empty-zone.js";
import { domainName, withoutDot } from "./names.js";
import { putTags, readTags } from "./zone-tags.js";

/** A public hosted zone. */
export const zone = {
  token: "aws:route53/zone:Zone",
  replaceOn: ["name"],
  unsupported: ["delegationSetId", "vpcs"],
  writeOnly: ["enableAcceleratedRecovery", "forceDestroy"],
  defaults: { comment: "Managed by Pulumi", forceDestroy: false, enableAcceleratedRecovery: false },
  autoname: { property: "name", maxLength: 255 },
  rules: [
    domainName("name"),
    length("comment", 256),
    each("enableAcceleratedRecovery", (on) =>
      on ? "is true; the sandbox's AWS does not serve it" : undefined,
    ),
    tags,
  ],
  canonical: { name: (value: Value) => (typeof value === "string" ? withoutDot(value) : value) },

  async create(aws, inputs, note) {
    const client = aws.route53();
    const { HostedZone } = await client.send(
      new CreateHostedZoneCommand({
        CallerReference: randomUUID(),
        HostedZoneConfig: { Comment: inputs.comment },
        Name: inputs.name,
      }),
    );
    const id = bare(HostedZone?.Id);
    note(id);
    await putTags(client, "hostedzone", id, undefined, inputs.tags);
    return id;
  },

  async read(aws, id) {
    const client = aws.route53();
    const found = await orUndefined(client.send(new GetHostedZoneCommand({ Id: id })), "NoSuchHostedZone");
    if (!found?.HostedZone) return undefined;
    const { Name: name = "", Config } = found.HostedZone;
    return {
      arn: `arn:${aws.partition}:route53:::hostedzone/${id}`,
      comment: Config?.Comment ?? "",
      name: withoutDot(name),
      nameServers: (found.DelegationSet?.NameServers ?? []).map(withoutDot).sort(),
      primaryNameServer: await primaryNameServer(client, id, name),
      tags: await readTags(client, "hostedzone", id),
      zoneId: id,
    };
  },

  async update(aws, { id, inputs, old, changed }) {
    const client = aws.route53();
    if (changed.has("comment"))
      await client.send(new UpdateHostedZoneCommentCommand({ Id: id, Comment: inputs.comment ?? "" }));
    if (changed.has("tags")) await putTags(client, "hostedzone", id, old.tags, inputs.tags);
  },

  async delete(aws, id, { forceDestroy, name }) {
    const client = aws.route53();
    const remove = async () => {
      if (forceDestroy) await emptyZone(client, id, name ?? "");
      await client.send(new DeleteHostedZoneCommand({ Id: id }));
    };
    await orUndefined(remove(), "NoSuchHostedZone");
  },
} as const satisfies ResourceType<ZoneArgs, ZoneState>;

function bare(id: string | undefined): string {
  return (id ?? "").replace(/^\/hostedzone\//, "");
}

/** The name server that the zone's own SOA record names first. */
async function primaryNameServer(
  client: Route53Client,
  zoneId: string,
  name: string,
): Promise<string | undefined> {
  const { ResourceRecordSets = [] } = await client.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: zoneId,
      StartRecordName: name,
      StartRecordType: "SOA",
      MaxItems: 1,
    }),
  );
  const soa = ResourceRecordSets.find(({ Type }) => Type === "SOA");
  return soa?.ResourceRecords?.[0]?.Value?.split(" ")[0]?.replace(/\.$/, "");
}
