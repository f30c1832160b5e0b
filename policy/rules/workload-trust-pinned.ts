import type { ResourceValidationPolicy } from "@pulumi/policy";

import { listOf, statementsOf } from "../resources.js";

/** A role that tokens open is opened by one ServiceAccount's tokens, made for AWS, and no others. */
export const workloadTrustPinned: ResourceValidationPolicy = {
  name: "workload-trust-pinned",
  description: "Roles assumed by web identity pin the token's subject and audience.",
  severity: "critical",
  validateResource: ({ type, name, props }, report) => {
    if (type !== "aws:iam/role:Role") return;
    for (const { Effect, Principal, Action, Condition } of statementsOf(props.assumeRolePolicy)) {
      if (Effect !== "Allow" || !federated(Principal) || !listOf(Action).some(opens)) continue;
      // Only exact comparison pins: StringLike takes wildcards, and …IfExists takes tokens without the claim.
      const exact = Object.entries(Condition?.StringEquals ?? {});
      for (const claim of ["sub", "aud"]) {
        const values = exact.flatMap(([key, given]) => (key.endsWith(`:${claim}`) ? listOf(given) : []));
        if (values.length !== 1)
          report(
            `role "${name}" does not pin "${claim}": StringEquals must name exactly one value, got ${values.length}`,
          );
      }
    }
  },
};

/** Whether a token's issuer is among the principals. */
const federated = (principal: unknown) =>
  principal === "*" || (typeof principal === "object" && principal !== null && "Federated" in principal);

/** Whether an action, which may hold wildcards, lets tokens in. */
const opens = (action: string) =>
  new RegExp(`^${action.replaceAll("*", ".*")}$`, "i").test("sts:AssumeRoleWithWebIdentity");
