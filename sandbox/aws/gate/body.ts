import type { IncomingMessage } from "node:http";

import { Refusal } from "./refusal.js";

/** Largest body that is read as a whole; calls to anything but S3 are small. */
const limit = 1024 * 1024;

/** Reads a request's body; refuses one of more than 1 MiB. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > limit) {
      throw new Refusal(413, "RequestEntityTooLarge", `The request body exceeds ${limit} bytes.`);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** Parameters of a query-protocol call: those of its address and of its form. */
export function formOf(request: Pick<IncomingMessage, "headers">, query: URLSearchParams, body: Buffer) {
  const form = new URLSearchParams(query);
  if ((request.headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded")) {
    for (const [name, value] of new URLSearchParams(body.toString("utf8"))) form.append(name, value);
  }
  return form;
}

/** A JSON body's value; undefined when it isn't JSON. */
export function jsonOf(request: Pick<IncomingMessage, "headers">, body: Buffer): unknown {
  if (!(request.headers["content-type"] ?? "").includes("json")) return undefined;
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
