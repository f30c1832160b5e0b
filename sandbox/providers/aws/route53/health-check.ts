import { randomUUID } from "node:crypto";

import {
  CreateHealthCheckCommand,
  DeleteHealthCheckCommand,
  GetHealthCheckCommand,
  type HealthCheckConfig,
  HealthCheckRegion,
  HealthCheckType,
  InsufficientDataHealthStatus,
  UpdateHealthCheckCommand,
} from "@aws-sdk/client-route-53";
import type { HealthCheckArgs, HealthCheckState } from "@pulumi/aws/route53/healthCheck.js";

import { canonicalSet } from "../canonical.js";
import { count, format, length, oneOf, range, tags } from "../check/rules.js";
import { orUndefined } from "../errors.js";
import type { Plain } from "../plain.js";
import type { ResourceType } from "../resource.js";
import { healthCheckRules } from "./health-check-rules.js";
import { putTags, readTags } from "./zone-tags.js";

/** Asks an endpoint, from outside, whether it is well. */
export const healthCheck = {
  token: "aws:route53/healthCheck:HealthCheck",
  replaceOn: ["measureLatency", "referenceName", "requestInterval", "routingControlArn", "type"],
  unsupported: [
    "cloudwatchAlarmName",
    "cloudwatchAlarmRegion",
    "insufficientDataHealthStatus",
    "routingControlArn",
  ],
  writeOnly: ["referenceName", "triggers"],
  // What AWS sets where nothing is said: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html
  defaults: {
    disabled: false,
    failureThreshold: 3,
    invertHealthcheck: false,
    measureLatency: false,
    requestInterval: 30,
  },
  computed: ["enableSni", "port", "triggers"],
  rules: [
    oneOf("type", HealthCheckType),
    oneOf("requestInterval", [10, 30]),
    range("failureThreshold", 1, 10),
    range("port", 1, 65_535),
    length("fqdn", 255),
    length("resourcePath", 255),
    length("searchString", 255),
    length("referenceName", 27),
    format("ipAddress", /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$/, "an IPv4 or IPv6 address"),
    count("regions", 3, 64),
    oneOf("regions[*]", HealthCheckRegion),
    count("childHealthchecks", 0, 256),
    range("childHealthThreshold", 0, 256),
    oneOf("insufficientDataHealthStatus", InsufficientDataHealthStatus),
    ...healthCheckRules,
    tags,
  ],
  canonical: { childHealthchecks: canonicalSet, regions: canonicalSet },

  async create(aws, inputs, note) {
    const client = aws.route53();
    const { type, requestInterval, measureLatency } = inputs;
    const calculated = type === "CALCULATED";
    const { HealthCheck } = await client.send(
      new CreateHealthCheckCommand({
        CallerReference: inputs.referenceName ? `${inputs.referenceName}-${randomUUID()}` : randomUUID(),
        HealthCheckConfig: {
          ...changeable(inputs),
          Type: type as HealthCheckType,
          RequestInterval: requestInterval,
          ...(!calculated && { MeasureLatency: measureLatency }),
        },
      }),
    );
    const id = HealthCheck?.Id ?? "";
    note(id);
    await putTags(client, "healthcheck", id, undefined, inputs.tags);
    return id;
  },

  async read(aws, id) {
    const client = aws.route53();
    const found = await orUndefined(
      client.send(new GetHealthCheckCommand({ HealthCheckId: id })),
      "NoSuchHealthCheck",
    );
    const live = found?.HealthCheck?.HealthCheckConfig;
    if (!live) return undefined;
    return {
      arn: `arn:${aws.partition}:route53:::healthcheck/${id}`,
      childHealthThreshold: live.HealthThreshold,
      childHealthchecks: live.ChildHealthChecks,
      disabled: live.Disabled ?? false,
      enableSni: live.EnableSNI,
      failureThreshold: live.FailureThreshold,
      fqdn: live.FullyQualifiedDomainName,
      invertHealthcheck: live.Inverted ?? false,
      ipAddress: live.IPAddress,
      measureLatency: live.MeasureLatency ?? false,
      port: live.Port,
      regions: live.Regions,
      requestInterval: live.RequestInterval,
      resourcePath: live.ResourcePath,
      searchString: live.SearchString,
      tags: await readTags(client, "healthcheck", id),
      type: live.Type,
    };
  },

  async update(aws, { id: HealthCheckId, inputs, old, changed }) {
    const client = aws.route53();
    if (changed.has("tags")) await putTags(client, "healthcheck", HealthCheckId, old.tags, inputs.tags);
    if ([...changed].every((name) => name === "tags")) return;
    const gone = (name: keyof Plain<HealthCheckArgs>) => changed.has(name) && inputs[name] === undefined;
    await client.send(
      new UpdateHealthCheckCommand({
        HealthCheckId,
        ...changeable({ failureThreshold: 3, disabled: false, invertHealthcheck: false, ...inputs }),
        // Leaving an element out of an update keeps it; taking it away has to be said.
        ResetElements: [
          ...(gone("fqdn") ? (["FullyQualifiedDomainName"] as const) : []),
          ...(gone("regions") ? (["Regions"] as const) : []),
          ...(gone("resourcePath") ? (["ResourcePath"] as const) : []),
        ],
      }),
    );
  },

  async delete(aws, id) {
    await orUndefined(
      aws.route53().send(new DeleteHealthCheckCommand({ HealthCheckId: id })),
      "NoSuchHealthCheck",
    );
  },
} as const satisfies ResourceType<HealthCheckArgs, HealthCheckState>;

/** The part of a check that can be changed in place. */
function changeable(inputs: Plain<HealthCheckArgs>): Omit<HealthCheckConfig, "Type"> {
  const { childHealthchecks, regions } = inputs;
  return {
    ChildHealthChecks: childHealthchecks && [...childHealthchecks],
    Disabled: inputs.disabled,
    EnableSNI: inputs.enableSni,
    FailureThreshold: inputs.failureThreshold,
    FullyQualifiedDomainName: inputs.fqdn,
    HealthThreshold: inputs.childHealthThreshold,
    IPAddress: inputs.ipAddress,
    Inverted: inputs.invertHealthcheck,
    Port: inputs.port,
    Regions: regions?.map((region) => region as HealthCheckRegion),
    ResourcePath: inputs.resourcePath,
    SearchString: inputs.searchString,
  };
}
