import type { Endpoint } from "./endpoint.js";
import { Refusal } from "./refusal.js";
import { controlPlaneRegion } from "./settings.js";
import type { Scope } from "./signature.js";

/** Services with one global endpoint, whose control plane lives in us-east-1 and whose calls are signed for it. */
const globalServices: ReadonlySet<string> = new Set(["iam", "route53"]);

/** Services whose credential scope names another service than their host. */
const scopeNames: Readonly<Record<string, string>> = { "s3-control": "s3" };

/**
 * Refuses a call whose address isn't this region's: another region's endpoint, a global endpoint that lives
 * elsewhere, or no endpoint at all.
 */
export function requireOwnEndpoint(endpoint: Endpoint | undefined, host: string, region: string): Endpoint {
  const home = endpoint && homeOf(endpoint, region);
  if (!endpoint || home !== region) {
    // AWS has no answer of its own here: its resolvers would have sent the caller elsewhere.
    throw new Refusal(421, "MisdirectedRequest", `${host} is not an endpoint of ${region}.`);
  }
  return endpoint;
}

/** The region whose gate answers an endpoint. */
function homeOf({ service, region }: Endpoint, own: string): string {
  if (globalServices.has(service)) return controlPlaneRegion;
  if (region !== undefined) return region;
  // sts.amazonaws.com is served from the region that asks; every other global name from us-east-1.
  return service === "sts" ? own : controlPlaneRegion;
}

/**
 * Refuses a call that was signed for another region or another service, with the error AWS gives.
 *
 * @param forwardedFrom region whose gate forwarded the call; its signature names that region
 */
export function requireOwnScope(
  endpoint: Endpoint,
  scope: Scope,
  region: string,
  forwardedFrom: string | undefined,
  json: boolean,
): void {
  const service = scopeNames[endpoint.service] ?? endpoint.service;
  const expected = forwardedFrom ?? (globalServices.has(service) ? controlPlaneRegion : region);
  const legacySts = service === "sts" && endpoint.region === undefined && scope.region === controlPlaneRegion;
  if (scope.service !== service) {
    if (service === "s3") {
      throw malformed(`service '${scope.service}' is wrong; expecting 's3'`, {});
    }
    throw unscoped(`Credential should be scoped to correct service: '${service}'.`, json);
  }
  if (scope.region === expected || legacySts) return;
  if (service === "s3") {
    throw malformed(`region '${scope.region}' is wrong; expecting '${expected}'`, { Region: expected });
  }
  throw unscoped("Credential should be scoped to a valid region.", json);
}

function malformed(what: string, fields: Readonly<Record<string, string>>): Refusal {
  return new Refusal(
    400,
    "AuthorizationHeaderMalformed",
    `The authorization header is malformed; the ${what}`,
    fields,
  );
}

/** The query protocol and the JSON protocols word the same refusal differently. */
function unscoped(message: string, json: boolean): Refusal {
  return json
    ? new Refusal(400, "InvalidSignatureException", message)
    : new Refusal(403, "SignatureDoesNotMatch", message);
}
