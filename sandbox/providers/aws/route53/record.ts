import {
  type Change,
  ChangeResourceRecordSetsCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  type ResourceRecordSetFailover,
  type ResourceRecordSetRegion,
  type RRType,
} from "@aws-sdk/client-route-53";
import type { RecordArgs, RecordState } from "@pulumi/aws/route53/record.js";

import type { Value } from "../../protocol/index.js";
import type { Aws } from "../aws.js";
import { canonicalSet } from "../canonical.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { fullName, withoutDot } from "./names.js";
import { recordRules } from "./record-rules.js";

type Args = Plain<RecordArgs>;

/** What tells a record from every other one. */
type Identity = Pick<Plain<RecordState>, "name" | "setIdentifier" | "type" | "zoneId">;

/** One record, or one of several of the same name that a routing policy chooses between. */
export const record = {
  token: "aws:route53/record:Record",
  replaceOn: ["name", "zoneId"],
  unsupported: ["cidrRoutingPolicy", "geolocationRoutingPolicies", "geoproximityRoutingPolicy"],
  writeOnly: ["allowOverwrite"],
  defaults: { allowOverwrite: false },
  rules: recordRules,
  canonical: {
    aliases: (value) => (Array.isArray(value) ? value.map(aliasSpelling) : value),
    name: (value) => (typeof value === "string" ? withoutDot(value) : value),
    records: canonicalSet,
  },

  async create(aws, inputs) {
    const Action = inputs.allowOverwrite ? "UPSERT" : "CREATE";
    const set = toRecordSet(inputs, await zoneName(aws, inputs.zoneId));
    await change(aws, inputs.zoneId, [{ Action, ResourceRecordSet: set }]);
    return [inputs.zoneId, withoutDot(inputs.name), inputs.type, inputs.setIdentifier]
      .filter(Boolean)
      .join("_");
  },

  async read(aws, id, known) {
    const of = { ...fromId(id), ...known };
    const zone = await orUndefined(zoneName(aws, of.zoneId ?? ""), "NoSuchHostedZone");
    if (zone === undefined) return undefined;
    const fqdn = fullName(of.name ?? "", zone);
    const live = await find(aws, of, fqdn);
    return (
      live && {
        ...fromRecordSet(live),
        fqdn,
        // A name stays relative or full, as the program has it.
        name: withoutDot(of.name ?? "") === fqdn || of.name === undefined ? fqdn : of.name,
        zoneId: of.zoneId,
      }
    );
  },

  async update(aws, { inputs, old, changed }) {
    const zone = await zoneName(aws, inputs.zoneId);
    const renamed = changed.has("type") || changed.has("setIdentifier");
    // Another type or identifier is another record: the old one goes in the same change as the new one comes.
    const live = renamed ? await find(aws, old, fullName(old.name, zone)) : undefined;
    await change(aws, inputs.zoneId, [
      ...(live ? [{ Action: "DELETE" as const, ResourceRecordSet: live }] : []),
      { Action: renamed ? "CREATE" : "UPSERT", ResourceRecordSet: toRecordSet(inputs, zone) },
    ]);
  },

  async delete(aws, id, known) {
    const of = { ...fromId(id), ...known };
    const zone = await orUndefined(zoneName(aws, of.zoneId ?? ""), "NoSuchHostedZone");
    if (zone === undefined) return;
    // Route 53 wants to be told the record exactly as it is.
    const live = await find(aws, of, fullName(of.name ?? "", zone));
    if (live) await change(aws, of.zoneId ?? "", [{ Action: "DELETE", ResourceRecordSet: live }]);
  },
} as const satisfies ResourceType<RecordArgs, RecordState>;

/** An id is `ZONE_name_TYPE`, with the set identifier where there is one. */
function fromId(id: string): Identity {
  const [, zoneId, name, type, setIdentifier] = /^([^_]+)_(.+?)_([A-Z]+)(?:_(.*))?$/.exec(id) ?? [];
  return {
    ...(zoneId && { zoneId }),
    ...(name && { name }),
    ...(type && { type }),
    ...(setIdentifier && { setIdentifier }),
  };
}

async function zoneName(aws: Aws, Id: string): Promise<string> {
  const { HostedZone } = await aws.route53().send(new GetHostedZoneCommand({ Id }));
  return HostedZone?.Name ?? "";
}

async function change(aws: Aws, HostedZoneId: string, Changes: Change[]): Promise<void> {
  await aws.route53().send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
}

async function find(aws: Aws, of: Identity, fqdn: string): Promise<ResourceRecordSet | undefined> {
  const { ResourceRecordSets = [] } = await aws.route53().send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: of.zoneId,
      StartRecordName: fqdn,
      StartRecordType: of.type as RRType | undefined,
    }),
  );
  return ResourceRecordSets.find(
    (set) =>
      withoutDot(set.Name ?? "") === fqdn &&
      set.Type === of.type &&
      (set.SetIdentifier ?? "") === (of.setIdentifier ?? ""),
  );
}

function toRecordSet(inputs: Args, zone: string): ResourceRecordSet {
  const { aliases, records, failoverRoutingPolicies, latencyRoutingPolicies, weightedRoutingPolicies } =
    inputs;
  const [alias] = aliases ?? [];
  const [[failover], [latency], [weighted]] = [
    failoverRoutingPolicies ?? [],
    latencyRoutingPolicies ?? [],
    weightedRoutingPolicies ?? [],
  ];
  const quoted = inputs.type === "TXT" || inputs.type === "SPF";
  return {
    Name: fullName(inputs.name, zone),
    Type: inputs.type as RRType,
    SetIdentifier: inputs.setIdentifier,
    HealthCheckId: inputs.healthCheckId,
    MultiValueAnswer: inputs.multivalueAnswerRoutingPolicy || undefined,
    TTL: inputs.ttl,
    ResourceRecords: records?.map((value) => ({
      Value: quoted ? `"${unquoted(value)}"` : value,
    })),
    ...(failover && { Failover: failover.type as ResourceRecordSetFailover }),
    ...(latency && { Region: latency.region as ResourceRecordSetRegion }),
    ...(weighted && { Weight: weighted.weight }),
    ...(alias && {
      AliasTarget: {
        DNSName: alias.name,
        EvaluateTargetHealth: alias.evaluateTargetHealth,
        HostedZoneId: alias.zoneId,
      },
    }),
  };
}

function fromRecordSet(set: ResourceRecordSet): Plain<RecordState> {
  const { AliasTarget: alias, Type, Weight } = set;
  const quoted = Type === "TXT" || Type === "SPF";
  const records = set.ResourceRecords?.map(({ Value = "" }) => (quoted ? unquoted(Value) : Value));
  return {
    aliases: alias && [
      {
        evaluateTargetHealth: alias.EvaluateTargetHealth ?? false,
        name: withoutDot(alias.DNSName ?? ""),
        zoneId: alias.HostedZoneId ?? "",
      },
    ],
    failoverRoutingPolicies: set.Failover && [{ type: set.Failover }],
    healthCheckId: set.HealthCheckId,
    latencyRoutingPolicies: set.Region && [{ region: set.Region }],
    multivalueAnswerRoutingPolicy: set.MultiValueAnswer,
    records: records && records.length > 0 ? records : undefined,
    setIdentifier: set.SetIdentifier,
    ttl: alias ? undefined : set.TTL,
    type: Type as RRType | undefined,
    weightedRoutingPolicies: Weight === undefined ? undefined : [{ weight: Weight }],
  };
}

/** Texts are quoted for Route 53, and programs write them without quotes. */
function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/s, "$1");
}

function aliasSpelling(value: Value): Value {
  const alias = value as { readonly [name: string]: Value };
  return { ...alias, name: typeof alias.name === "string" ? withoutDot(alias.name) : (alias.name ?? null) };
}
