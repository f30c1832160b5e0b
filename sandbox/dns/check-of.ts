import type { HealthCheck as ApiHealthCheck, HealthCheckConfig } from "@aws-sdk/client-route-53";

import type { HealthCheck } from "./model.js";

/** Every AWS region that Route 53 has health checkers in. */
export const CHECKER_REGIONS: readonly string[] = [
  "ap-northeast-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "eu-west-1",
  "sa-east-1",
  "us-east-1",
  "us-west-1",
  "us-west-2",
];

/** Fewest regions that Route 53 takes when regions are given. */
const FEWEST_REGIONS = 3;

/**
 * Reads a health check with Route 53's defaults: 30 s between requests, 3 observations to turn, all regions.
 *
 * What Route 53 would refuse or this server can't evaluate becomes an `unsupported` check with the reason.
 */
export function checkOf({ Id = "", HealthCheckConfig: config }: ApiHealthCheck): HealthCheck {
  const base = { id: Id, inverted: config?.Inverted ?? false, disabled: config?.Disabled ?? false };
  const refused = (reason: string) => ({ ...base, kind: "unsupported", reason }) as const;
  const type = config?.Type;
  if (type === "CALCULATED") {
    const children = config?.ChildHealthChecks ?? [];
    return { ...base, kind: "calculated", children, threshold: config?.HealthThreshold ?? children.length };
  }
  const protocol = type && protocols[type];
  if (!config || !protocol) return refused(`type ${type} is not evaluated here`);
  const problem = problemOf(config);
  if (problem) return refused(problem);

  const { IPAddress, FullyQualifiedDomainName, SearchString, Regions, ResourcePath = "" } = config;
  return {
    ...base,
    kind: "endpoint",
    protocol,
    port: config.Port ?? (protocol === "HTTPS" ? 443 : 80),
    path: ResourcePath.startsWith("/") ? ResourcePath : `/${ResourcePath}`,
    sni: config.EnableSNI ?? true,
    requestInterval: config.RequestInterval ?? 30,
    failureThreshold: config.FailureThreshold ?? 3,
    regions: Regions?.length ? [...new Set<string>(Regions)] : CHECKER_REGIONS,
    ...(IPAddress && { address: IPAddress }),
    ...(FullyQualifiedDomainName && { host: FullyQualifiedDomainName }),
    ...(type.endsWith("_STR_MATCH") && SearchString !== undefined && { searchString: SearchString }),
  };
}

const protocols: Readonly<Record<string, "HTTP" | "HTTPS" | "TCP">> = {
  HTTP: "HTTP",
  HTTP_STR_MATCH: "HTTP",
  HTTPS: "HTTPS",
  HTTPS_STR_MATCH: "HTTPS",
  TCP: "TCP",
};

function problemOf(config: HealthCheckConfig): string | undefined {
  const {
    RequestInterval: interval = 30,
    FailureThreshold: threshold = 3,
    Port: port,
    Regions: regions,
  } = config;
  if (!config.IPAddress && !config.FullyQualifiedDomainName) {
    return "neither IPAddress nor FullyQualifiedDomainName is given";
  }
  if (interval !== 10 && interval !== 30) return `RequestInterval must be 10 or 30, got ${interval}`;
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > 10) {
    return `FailureThreshold must be 1 to 10, got ${threshold}`;
  }
  if (config.Type === "TCP" && port === undefined) return "Port is required for type TCP";
  if (port !== undefined && (port < 1 || port > 65_535)) return `Port must be 1 to 65535, got ${port}`;
  if (config.Type?.endsWith("_STR_MATCH") && !config.SearchString) {
    return `SearchString is required for type ${config.Type}`;
  }
  if (regions?.length && new Set(regions).size < FEWEST_REGIONS) {
    return `Regions must name at least ${FEWEST_REGIONS}, got ${regions.length}`;
  }
  const unknown = regions?.find((region) => !CHECKER_REGIONS.includes(region));
  return unknown && `Regions has ${unknown}, which has no health checkers`;
}
