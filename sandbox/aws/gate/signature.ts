import type { IncomingMessage } from "node:http";

/** Who signed a request, and for which region and service. The signature itself is ministack's to check. */
export interface Scope {
  readonly accessKeyId: string;
  readonly region: string;
  readonly service: string;
}

/** Reads a request's credential scope from its header or its query; undefined when it isn't signed (SigV4). */
export function scopeOf(
  request: Pick<IncomingMessage, "headers">,
  query: URLSearchParams,
): Scope | undefined {
  const header = /\bCredential=([^,\s]+)/.exec(request.headers.authorization ?? "")?.[1];
  const credential = header ?? query.get("X-Amz-Credential") ?? query.get("x-amz-credential");
  const parts = credential?.split("/") ?? [];
  const [accessKeyId, , region, service] = parts;
  if (parts.length !== 5 || !accessKeyId || !region || !service) return undefined;
  return { accessKeyId, region, service };
}

/** Whether a request brings credentials of any kind, also of kinds that `scopeOf` cannot read. */
export function isSigned(request: Pick<IncomingMessage, "headers">, query: URLSearchParams): boolean {
  return (
    request.headers.authorization !== undefined ||
    ["X-Amz-Credential", "x-amz-credential", "AWSAccessKeyId"].some((name) => query.has(name))
  );
}
