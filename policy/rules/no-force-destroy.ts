import type { ResourceValidationPolicy } from "@pulumi/policy";

/** Nothing is destroyed with what it holds. */
export const noForceDestroy: ResourceValidationPolicy = {
  name: "no-force-destroy",
  description: "Buckets, zones and whatever else holds something are never destroyed with their content.",
  severity: "critical",
  validateResource: ({ type, name, props }, report) => {
    if (props.forceDestroy === true)
      report(`${type} "${name}" sets forceDestroy: deleting it would delete what it holds; leave it out`);
  },
};
