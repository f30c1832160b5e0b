import { isIPv4, isIPv6 } from "node:net";

import { ResourceRecordSetFailover, ResourceRecordSetRegion, RRType } from "@aws-sdk/client-route-53";

import { formatPath, type Value } from "../../protocol/index.js";
import {
  at,
  atMostOne,
  count,
  each,
  exactlyOne,
  length,
  needs,
  oneOf,
  type Rule,
  range,
} from "../check/rules.js";
import { domainName } from "./names.js";

const policies = [
  "failoverRoutingPolicies",
  "latencyRoutingPolicies",
  "multivalueAnswerRoutingPolicy",
  "weightedRoutingPolicies",
];

/** Values have their type's form. */
const recordValues: Rule = (inputs) =>
  at(inputs, "records[*]").flatMap(({ path, value }) => {
    const form = formOf(inputs.type ?? null, String(value));
    return form === undefined
      ? []
      : [
          {
            property: formatPath(path),
            reason: `is ${JSON.stringify(value)}; a record of type ${String(inputs.type)} is ${form}`,
          },
        ];
  });

function formOf(type: Value, value: string): string | undefined {
  if (type === "A" && !isIPv4(value)) return "an IPv4 address";
  if (type === "AAAA" && !isIPv6(value)) return "an IPv6 address";
  if (type === "CNAME" && (/\s/.test(value) || isIPv4(value))) return "a domain name";
  return undefined;
}

/** AWS: "A non-alias primary ResourceRecordSet must have an associated health check." */
const primaryIsChecked: Rule = (inputs) => {
  const primary = at(inputs, "failoverRoutingPolicies[*].type").some(({ value }) => value === "PRIMARY");
  if (!primary || inputs.records === undefined || (inputs.healthCheckId ?? null) !== null) return [];
  return [{ property: "healthCheckId", reason: "is missing; a primary record that is no alias needs it" }];
};

/** https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
export const recordRules: readonly Rule[] = [
  domainName("name"),
  length("zoneId", 32, 1),
  oneOf("type", RRType),
  exactlyOne("", ["aliases", "records"]),
  needs("", "records", ["ttl"]),
  atMostOne("", ["aliases", "ttl"]),
  range("ttl", 0, 2_147_483_647),
  count("aliases", 1, 1),
  count("records", 1, 400),
  length("setIdentifier", 128, 1),
  length("healthCheckId", 64, 1),
  atMostOne("", policies),
  ...policies.map((policy) => needs("", policy, ["setIdentifier"])),
  (inputs) =>
    inputs.setIdentifier !== undefined && policies.every((policy) => inputs[policy] === undefined)
      ? [
          {
            property: "setIdentifier",
            reason: `is given without a routing policy; it needs one of ${policies.join(", ")}`,
          },
        ]
      : [],
  count("failoverRoutingPolicies", 1, 1),
  oneOf("failoverRoutingPolicies[*].type", ResourceRecordSetFailover),
  count("latencyRoutingPolicies", 1, 1),
  oneOf("latencyRoutingPolicies[*].region", ResourceRecordSetRegion),
  count("weightedRoutingPolicies", 1, 1),
  range("weightedRoutingPolicies[*].weight", 0, 255),
  (inputs) =>
    inputs.type === "CNAME" && Array.isArray(inputs.records) && inputs.records.length > 1
      ? [{ property: "records", reason: `has ${inputs.records.length} values; a CNAME has one` }]
      : [],
  each("records[*]", (value) => (String(value) === "" ? "is empty" : undefined)),
  recordValues,
  primaryIsChecked,
];
