import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";

/** Whatever is created at AWS has somebody who deploys it and somebody who breaks the glass. */
export function identityRules({ identities, sites = {} }: CheckablePlan): Problem[] {
  if (identities !== undefined) return [];
  const created = Object.entries(sites).find(
    ([, { kind, provider, bucket }]) =>
      kind === "aws-region" || (kind === "object-store" && provider === "aws" && bucket === undefined),
  );
  return created
    ? [
        {
          at: "identities",
          message: `"${created[0]}" is created at AWS, which needs to know who deploys and who breaks the glass; add identities: { deployers, breakGlass }`,
        },
      ]
    : [];
}
