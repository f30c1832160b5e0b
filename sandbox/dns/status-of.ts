import type { HealthCheck, HealthOf } from "./model.js";

/**
 * Status of a health check after disabling, calculation and inversion; undefined where it is unknown.
 *
 * @param endpoint what the checkers of an endpoint's check think together.
 */
export function checkStatus(
  check: HealthCheck | undefined,
  endpoint: (id: string) => boolean,
  checks: ReadonlyMap<string, HealthCheck>,
): boolean | undefined {
  const plain = check && beforeInversion(check, endpoint, checks);
  return plain === undefined ? undefined : plain !== check?.inverted;
}

function beforeInversion(
  check: HealthCheck,
  endpoint: (id: string) => boolean,
  checks: ReadonlyMap<string, HealthCheck>,
): boolean | undefined {
  if (check.kind === "unsupported") return undefined;
  if (check.disabled) return true;
  if (check.kind === "endpoint") return endpoint(check.id);
  const children = check.children.map((id) => {
    const child = checks.get(id);
    // Route 53 does not let a calculated check watch another one.
    return child?.kind === "calculated" ? undefined : checkStatus(child, endpoint, checks);
  });
  if (children.includes(undefined)) return undefined;
  return children.filter((healthy) => healthy).length >= check.threshold;
}

/** Status of every check by its id. */
export function statusReader(
  checks: ReadonlyMap<string, HealthCheck>,
  endpoint: (id: string) => boolean,
): HealthOf {
  return (id) => checkStatus(checks.get(id), endpoint, checks);
}
