import type { CheckablePlan } from "../checkable.js";
import type { Problem } from "../errors.js";
import { impliedJurisdiction, liesWithin } from "../jurisdictions.js";

/** What a site states about whose law applies there is no other than what its provider's region implies. */
export function jurisdictionRules({ sites = {} }: CheckablePlan): Problem[] {
  return Object.entries(sites).flatMap(([name, site]) => {
    const implied = impliedJurisdiction(site);
    const { jurisdiction: stated, region, provider = "aws", hostedBy = provider } = site;
    if (implied === undefined || stated === undefined || liesWithin(implied, [stated])) return [];
    return [
      {
        at: `sites.${name}.jurisdiction`,
        message: `it states "${stated}", but ${hostedBy}'s region "${region}" is under the law of "${implied}"; leave jurisdiction out, or name another region`,
      },
    ];
  });
}
