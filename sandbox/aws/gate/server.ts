import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";

import { formOf, jsonOf, readBody } from "./body.js";
import { type Call, callOf } from "./call.js";
import { type CallLog, openCallLog } from "./call-log.js";
import { type Endpoint, endpointOf } from "./endpoint.js";
import { cloudUpstream, forward, gateUpstream, type Upstream } from "./forward.js";
import { answerOf, Refusal } from "./refusal.js";
import { requireOwnEndpoint, requireOwnScope } from "./rules.js";
import { controlPlaneRegion, type GateSettings } from "./settings.js";
import { isSigned, type Scope, scopeOf } from "./signature.js";
import { tokenVerifier, type VerifyToken } from "./web-identity.js";

/** Names the region whose gate forwarded a call; only gates set it, and only for bucket configuration. */
const forwardedHeader = "x-sandbox-forwarded-from";
/** What a verified web-identity token claims, as base64url JSON; ministack takes no other token. */
const claimsHeader = "x-sandbox-web-identity";
/** ARN of the caller, set by ministack on its answers; never passed on to clients. */
const principalHeader = "x-sandbox-principal";

interface Gate {
  readonly region: string;
  readonly cloud: Upstream;
  readonly controlPlane: Upstream;
  readonly verify: VerifyToken;
  readonly log: CallLog;
}

/** What is known about one call so far; filled in as it is looked at, so that a refused call is logged too. */
interface Seen {
  endpoint?: Endpoint;
  scope?: Scope | undefined;
  call?: Call;
  forwardedFrom?: string;
}

/** Makes a region's gate; the caller listens and closes. */
export function gateServer(settings: GateSettings): Server {
  const { region, certificate, caFile, cloud, controlPlane, issuers, log } = settings;
  const gate: Gate = {
    region,
    cloud: cloudUpstream(cloud),
    controlPlane: gateUpstream(controlPlane, `s3.${controlPlaneRegion}.amazonaws.com`, readFileSync(caFile)),
    verify: tokenVerifier(issuers),
    log: openCallLog(log),
  };
  const server = createServer(
    {
      cert: readFileSync(certificate.certFile),
      key: readFileSync(certificate.keyFile),
      // S3 takes uploads for hours; the headers still have to come at once.
      requestTimeout: 0,
      headersTimeout: 30_000,
      keepAliveTimeout: 65_000,
      noDelay: true,
    },
    (request, response) => void answer(gate, request, response),
  );
  server.on("close", () => gate.log.close());
  return server;
}

async function answer(gate: Gate, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = performance.now();
  const time = new Date().toISOString();
  const source = request.socket.remoteAddress ?? "";
  const seen: Seen = {};
  let principal: string | undefined;
  let error: string | undefined;
  try {
    principal = await serve(gate, request, response, seen);
  } catch (thrown) {
    error = refuse(thrown, request, response, seen);
  }
  const { call, scope, forwardedFrom } = seen;
  gate.log.write({
    time,
    region: gate.region,
    ...(principal === undefined ? {} : { principal }),
    ...(scope === undefined ? {} : { accessKeyId: scope.accessKeyId }),
    service: call?.service ?? seen.endpoint?.service ?? "unknown",
    action: call?.action ?? `unknown:${request.method} ${request.headers.host ?? ""}`,
    ...(call?.resource === undefined ? {} : { resource: call.resource }),
    status: response.headersSent ? response.statusCode : 0,
    ...(error === undefined ? {} : { error }),
    ms: Math.round(performance.now() - started),
    source,
    ...(forwardedFrom === undefined ? {} : { forwardedFrom }),
  });
}

/** Serves one call and returns the caller's ARN where ministack told it. */
async function serve(
  gate: Gate,
  request: IncomingMessage,
  response: ServerResponse,
  seen: Seen,
): Promise<string | undefined> {
  const host = request.headers.host ?? "";
  const [path = "/", search = ""] = splitUrl(request.url ?? "/");
  const query = new URLSearchParams(search);
  const forwardedFrom = request.headers[forwardedHeader];
  seen.scope = scopeOf(request, query);
  if (typeof forwardedFrom === "string") seen.forwardedFrom = forwardedFrom;

  const endpoint = endpointOf(host);
  if (endpoint) seen.endpoint = endpoint;
  const own = requireOwnEndpoint(endpoint, host, seen.forwardedFrom ?? gate.region);
  const isS3 = own.service === "s3";
  const body = isS3 ? undefined : await readBody(request);
  const form = body ? formOf(request, query, body) : query;
  const call = callOf(request, own, path, query, form, body && jsonOf(request, body));
  seen.call = call;
  if (seen.scope) requireOwnScope(own, seen.scope, gate.region, seen.forwardedFrom, speaksJson(request));

  const added: [string, string][] = [["x-forwarded-proto", "https"]];
  if (own.service === "sts" && form.get("Action") === "AssumeRoleWithWebIdentity") {
    added.push([claimsHeader, encode(await gate.verify(form.get("WebIdentityToken") ?? ""))]);
  } else if (!isSigned(request, query)) {
    refuseUnsigned(call);
  }

  const configures = call.s3?.configuresBucket ?? (own.service === "s3-control" && request.method !== "GET");
  if (seen.forwardedFrom !== undefined && (gate.region !== controlPlaneRegion || !configures)) {
    throw new Refusal(403, "AccessDenied", "Only bucket configuration is forwarded between regions.");
  }
  const remote = configures && gate.region !== controlPlaneRegion;
  if (remote) added.push([forwardedHeader, gate.region]);
  const upstream = remote ? gate.controlPlane : gate.cloud;
  const answered = await forward(request, response, upstream, added, body);
  const principal = answered.headers[principalHeader];
  return typeof principal === "string" ? principal : undefined;
}

/** Unsigned calls reach nothing but objects and listings, whose bucket may be public; ministack decides that. */
function refuseUnsigned(call: Call): void {
  if (!call.s3) throw new Refusal(403, "MissingAuthenticationToken", "Missing Authentication Token");
  if (call.s3.bucket === undefined || call.s3.configuresBucket) {
    throw new Refusal(403, "AccessDenied", "Access Denied");
  }
}

/** Answers what was thrown, if nothing was answered yet; returns the error's code for the log. */
function refuse(thrown: unknown, request: IncomingMessage, response: ServerResponse, seen: Seen): string {
  const refusal =
    thrown instanceof Refusal
      ? thrown
      : new Refusal(500, "InternalError", thrown instanceof Error ? thrown.message : String(thrown));
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return `${refusal.code}: ${refusal.message}`;
  }
  const { status, headers, body } = answerOf(refusal, seen.endpoint?.service ?? "s3", speaksJson(request));
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
  // What is still coming is read and dropped: a connection closed under an upload hides the answer from clients.
  request.resume();
  return refusal.code;
}

function speaksJson(request: IncomingMessage): boolean {
  return request.headers["x-amz-target"] !== undefined;
}

function splitUrl(url: string): [path: string, search: string] {
  const at = url.indexOf("?");
  return at < 0 ? [url, ""] : [url.slice(0, at), url.slice(at + 1)];
}

function encode(claims: object): string {
  return Buffer.from(JSON.stringify(claims)).toString("base64url");
}
