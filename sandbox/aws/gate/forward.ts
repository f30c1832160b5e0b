import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { pipeline } from "node:stream/promises";

import { Refusal } from "./refusal.js";

/** Where calls are forwarded to. */
export interface Upstream {
  /** How it is named in an error. */
  readonly name: string;
  send(options: { method: string; path: string; headers: readonly string[] }): ReturnType<typeof httpRequest>;
}

/** How long a connection may take to open; everything is on one machine. */
const opening = 3_000;
/** How long an open connection may be silent; ministack answers within seconds. */
const silence = 30_000;

/** ministack itself, over HTTP. */
export function cloudUpstream(cloud: string): Upstream {
  const { hostname, port } = new URL(cloud);
  const agent = new HttpAgent({ keepAlive: true, maxFreeSockets: 64, noDelay: true });
  return {
    name: "the service",
    send: ({ method, path, headers }) =>
      httpRequest({ agent, host: hostname, port, method, path, headers: [...headers], timeout: silence }),
  };
}

/** Another region's gate, over TLS. */
export function gateUpstream(address: string, serverName: string, ca: Buffer): Upstream {
  // No kept connections: each call has to find out for itself whether that region lives.
  const agent = new HttpsAgent({ keepAlive: false, ca, servername: serverName });
  return {
    name: serverName,
    send: ({ method, path, headers }) => {
      const sent = httpsRequest({
        agent,
        host: address,
        port: 443,
        method,
        path,
        headers: [...headers],
        timeout: 5_000,
      });
      const deadline = setTimeout(
        () => sent.destroy(new Error(`${serverName} did not answer within 5 s`)),
        5_000,
      );
      sent.once("close", () => clearTimeout(deadline));
      return sent;
    },
  };
}

/** Headers that belong to one connection, and those that only gates may set. */
const dropped = new Set(["connection", "keep-alive", "expect", "te", "upgrade", "proxy-connection"]);
const own = /^x-sandbox-/i;

/**
 * Forwards a request and streams the answer back; resolves with the answer's headers once all is sent.
 *
 * @param headers added to the request
 * @param body replaces the request's stream when it was read already
 * @throws Refusal when `upstream` cannot be reached and nothing has been answered yet
 */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  upstream: Upstream,
  headers: readonly (readonly [name: string, value: string])[],
  body: Buffer | undefined,
): Promise<IncomingMessage> {
  const sent = upstream.send({
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers: [...passed(request.rawHeaders), ...headers.flat()],
  });
  sent.on("timeout", () => sent.destroy(new Error("it fell silent")));
  sent.on("socket", (socket) => {
    if (!socket.connecting) return;
    const late = setTimeout(() => sent.destroy(new Error("it does not answer")), opening);
    socket.once("connect", () => clearTimeout(late));
    socket.once("close", () => clearTimeout(late));
  });
  response.on("close", () => {
    if (!response.writableEnded) sent.destroy();
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once("response", resolve);
    sent.once("error", reject);
  });
  if (body) sent.end(body);
  else pipeline(request, sent).catch((error: Error) => sent.destroy(error));

  let answer: IncomingMessage;
  try {
    answer = await answered;
  } catch (error) {
    throw new Refusal(
      503,
      "ServiceUnavailable",
      `Please reduce your request rate or try again: ${upstream.name} is not reachable ` +
        `(${error instanceof Error ? error.message : error}).`,
    );
  }
  response.writeHead(answer.statusCode ?? 502, passed(answer.rawHeaders));
  await pipeline(answer, response);
  return answer;
}

/** Raw headers without those of the connection. Transfer encodings are node's to choose anew. */
function passed(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? "";
    const lower = name.toLowerCase();
    if (dropped.has(lower) || own.test(lower) || lower === "x-forwarded-proto") continue;
    kept.push(name, raw[at + 1] ?? "");
  }
  return kept;
}
