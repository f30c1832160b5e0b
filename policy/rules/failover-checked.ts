import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";

import { ofType } from "../resources.js";

/** Every failover name has two sides, and both are checked. */
export const failoverChecked: StackValidationPolicy = {
  name: "failover-checked",
  description: "Failover records have a primary and a secondary, each with a health check.",
  severity: "critical",
  validateStack: (stack, report) => {
    const records = ofType(stack, "aws:route53/record:Record").filter(
      (record) => sideOf(record) !== undefined,
    );
    for (const record of records) {
      if (!record.props.healthCheckId && !record.propertyDependencies.healthCheckId?.length)
        report(
          `${sideOf(record)} record "${record.name}" has no health check: Route 53 would take it for healthy always`,
          record.urn,
        );
    }
    for (const name of new Set(records.map(({ props }) => String(props.name)))) {
      const own = records.filter(({ props }) => props.name === name);
      for (const side of ["PRIMARY", "SECONDARY"])
        if (!own.some((record) => sideOf(record) === side))
          report(`"${name}" fails over from or to nowhere: it has no ${side} record`, own[0]?.urn);
    }
  },
};

function sideOf({ props }: PolicyResource): string | undefined {
  const [policy] = (props.failoverRoutingPolicies ?? []) as readonly { type?: string }[];
  return policy?.type;
}
