import type { IncomingMessage } from "node:http";

import type { Endpoint } from "./endpoint.js";
import { type S3Call, s3CallOf } from "./s3-call.js";

/** One call as the log names it. */
export interface Call {
  readonly service: string;
  /** `<service>:<operation>`, for example `s3:PutObject`, `iam:CreateRole`. */
  readonly action: string;
  /** ARN, key id or path of what it addresses, where the request names one. */
  readonly resource?: string;
  /** Present for S3. */
  readonly s3?: S3Call;
}

/** Operations of Route 53 by method and path; ids are left out. */
const route53Operations: readonly (readonly [method: string, path: RegExp, operation: string])[] = [
  ["POST", /^\/hostedzone\/[^/]+\/rrset$/, "ChangeResourceRecordSets"],
  ["GET", /^\/hostedzone\/[^/]+\/rrset$/, "ListResourceRecordSets"],
  ["POST", /^\/hostedzone$/, "CreateHostedZone"],
  ["GET", /^\/hostedzone$/, "ListHostedZones"],
  ["GET", /^\/hostedzone\/[^/]+$/, "GetHostedZone"],
  ["POST", /^\/hostedzone\/[^/]+$/, "UpdateHostedZoneComment"],
  ["DELETE", /^\/hostedzone\/[^/]+$/, "DeleteHostedZone"],
  ["GET", /^\/hostedzonesbyname$/, "ListHostedZonesByName"],
  ["GET", /^\/change\/[^/]+$/, "GetChange"],
  ["POST", /^\/healthcheck$/, "CreateHealthCheck"],
  ["GET", /^\/healthcheck$/, "ListHealthChecks"],
  ["GET", /^\/healthcheck\/[^/]+$/, "GetHealthCheck"],
  ["POST", /^\/healthcheck\/[^/]+$/, "UpdateHealthCheck"],
  ["DELETE", /^\/healthcheck\/[^/]+$/, "DeleteHealthCheck"],
  ["GET", /^\/healthcheck\/[^/]+\/status$/, "GetHealthCheckStatus"],
  ["GET", /^\/tags\/[^/]+\/[^/]+$/, "ListTagsForResource"],
  ["POST", /^\/tags\/[^/]+\/[^/]+$/, "ChangeTagsForResource"],
];

/**
 * Names a call.
 *
 * @param form parameters of a query-protocol call, from its body or its query
 * @param body what a JSON call carries, if it was read
 */
export function callOf(
  request: Pick<IncomingMessage, "method" | "headers">,
  endpoint: Endpoint,
  path: string,
  query: URLSearchParams,
  form: URLSearchParams,
  body: unknown,
): Call {
  const { service } = endpoint;
  const method = request.method ?? "GET";
  if (service === "s3") {
    const s3 = s3CallOf(method, endpoint, path, query, request.headers["x-amz-copy-source"] !== undefined);
    const resource = [s3.bucket, s3.key].filter((part) => part !== undefined).join("/");
    return { service, action: `s3:${s3.operation}`, resource: `arn:aws:s3:::${resource || "*"}`, s3 };
  }
  if (service === "route53") {
    const short = path.replace(/^\/\d{4}-\d{2}-\d{2}/, "").replace(/\/$/, "");
    const known = route53Operations.find(([verb, pattern]) => verb === method && pattern.test(short));
    return { service, action: `route53:${known?.[2] ?? `${method} ${short}`}`, resource: short };
  }
  const target = header(request, "x-amz-target")?.split(".").at(-1);
  const operation = target ?? form.get("Action") ?? `${method} ${path}`;
  const resource = resourceOf(form, body);
  return { service, action: `${service}:${operation}`, ...(resource === undefined ? {} : { resource }) };
}

/** Parameters that name what a call is about, the telling ones first. */
const naming = ["RoleArn", "RoleName", "PolicyArn", "OpenIDConnectProviderArn", "UserName", "TopicArn"];
const namingJson = ["KeyId", "AliasName", "SecretId", "logGroupName", "Name"];

function resourceOf(form: URLSearchParams, body: unknown): string | undefined {
  for (const name of naming) {
    const value = form.get(name);
    if (value) return value;
  }
  if (typeof body !== "object" || body === null) return undefined;
  for (const name of namingJson) {
    const value = (body as Readonly<Record<string, unknown>>)[name];
    if (typeof value === "string") return value;
  }
  return undefined;
}

function header(request: Pick<IncomingMessage, "headers">, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
