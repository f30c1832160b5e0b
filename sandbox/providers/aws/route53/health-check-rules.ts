import type { Failure, Values } from "../../protocol/index.js";
import type { Rule } from "../check/rules.js";

/** What each kind of check needs: https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html */
export const healthCheckRules: readonly Rule[] = [
  (inputs) =>
    asksEndpoint(inputs) && !given(inputs, "fqdn") && !given(inputs, "ipAddress")
      ? [missing("fqdn", `${String(inputs.type)} needs a name or an ipAddress to ask`)]
      : [],
  (inputs) =>
    inputs.type === "TCP" && !given(inputs, "port") ? [missing("port", "TCP has no port of its own")] : [],
  (inputs) => {
    const matches = inputs.type === "HTTP_STR_MATCH" || inputs.type === "HTTPS_STR_MATCH";
    if (matches && !given(inputs, "searchString"))
      return [missing("searchString", `${String(inputs.type)} looks for one in the answer`)];
    if (!matches && known(inputs) && given(inputs, "searchString"))
      return [unfit("searchString", inputs, "HTTP_STR_MATCH and HTTPS_STR_MATCH")];
    return [];
  },
  (inputs) =>
    inputs.type === "TCP" && given(inputs, "resourcePath")
      ? [unfit("resourcePath", inputs, "HTTP and HTTPS")]
      : [],
  (inputs) => {
    if (inputs.type !== "CALCULATED")
      return known(inputs) && given(inputs, "childHealthchecks")
        ? [unfit("childHealthchecks", inputs, "CALCULATED")]
        : [];
    return given(inputs, "childHealthchecks")
      ? []
      : [missing("childHealthchecks", "CALCULATED is made of others")];
  },
  (inputs) =>
    inputs.type === "CALCULATED" && given(inputs, "requestInterval")
      ? [unfit("requestInterval", inputs, "checks that ask an endpoint")]
      : [],
];

function known({ type }: Values): boolean {
  return typeof type === "string";
}

function asksEndpoint({ type }: Values): boolean {
  return typeof type === "string" && /^(HTTPS?(_STR_MATCH)?|TCP)$/.test(type);
}

function given(inputs: Values, name: string): boolean {
  const value = inputs[name] ?? null;
  return value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function missing(property: string, why: string): Failure {
  return { property, reason: `is missing; ${why}` };
}

function unfit(property: string, { type }: Values, only: string): Failure {
  return { property, reason: `does not go with type ${String(type)}; it is for ${only}` };
}
