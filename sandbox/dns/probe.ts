import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, type Socket } from "node:net";

import type { EndpointCheck } from "./model.js";

/** Route 53's time limits, in milliseconds. */
const LIMITS = { connectHttp: 4_000, connectTcp: 10_000, status: 2_000, body: 2_000 } as const;
/** Bytes of a body that are searched. */
const SEARCHED_BYTES = 5_120;

/** What one request to an endpoint showed. */
export interface Observation {
  readonly passed: boolean;
  /** For people, for example `HTTP 503` or `connect ECONNREFUSED 10.67.1.10:443`. */
  readonly reason: string;
}

/** Finds an IPv4 address of a host; undefined when there is none. */
export type Resolve = (host: string) => string | undefined;

/** Sends one health check request as Route 53's checkers do. Never rejects: a failure is an observation. */
export async function probe(check: EndpointCheck, resolve: Resolve): Promise<Observation> {
  const address = check.address ?? resolve(check.host ?? "");
  if (!address) return { passed: false, reason: `DNS resolution failed: no A record for ${check.host}` };
  return new Promise((settle) => {
    const trial = new Trial(settle);
    try {
      if (check.protocol === "TCP") tcp(check, address, trial);
      else http(check, address, trial);
    } catch (error) {
      trial.end(false, messageOf(error));
    }
  });
}

/** One attempt: the first end counts, and it closes the connection. */
class Trial {
  #timer: NodeJS.Timeout | undefined;
  #close: () => void = () => undefined;
  #over = false;

  constructor(readonly settle: (observation: Observation) => void) {}

  onEnd(close: () => void): void {
    this.#close = close;
  }

  /** Ends the attempt unless the next limit is set, or the end is reached, in time. */
  limit(milliseconds: number, reason: string): void {
    clearTimeout(this.#timer);
    if (this.#over) return;
    // After a stall of this process timers run before waiting sockets; those go first, the endpoint is not to blame.
    const late = () => setImmediate(() => timer === this.#timer && this.end(false, reason));
    const timer = setTimeout(late, milliseconds);
    this.#timer = timer;
  }

  end(passed: boolean, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#close();
    this.settle({ passed, reason });
  }
}

function tcp(check: EndpointCheck, address: string, trial: Trial): void {
  const socket: Socket = connect({ host: address, port: check.port });
  trial.onEnd(() => socket.destroy());
  trial.limit(LIMITS.connectTcp, "TCP connection timed out after 10 s");
  socket.once("connect", () => trial.end(true, "TCP connected"));
  socket.on("error", (error) => trial.end(false, error.message));
}

function http(check: EndpointCheck, address: string, trial: Trial): void {
  const usual = check.protocol === "HTTPS" ? 443 : 80;
  const name = check.host ?? (address.includes(":") ? `[${address}]` : address);
  const send = check.protocol === "HTTPS" ? httpsRequest : httpRequest;
  const request = send({
    host: address,
    port: check.port,
    path: check.path,
    agent: false,
    // Route 53 does not validate certificates.
    rejectUnauthorized: false,
    servername: check.sni && check.host ? check.host : "",
    headers: {
      host: check.port === usual ? name : `${name}:${check.port}`,
      "user-agent": `Amazon-Route53-Health-Check-Service (ref ${check.id}; report http://amzn.to/1vsZADi)`,
      accept: "*/*",
    },
  });
  trial.onEnd(() => request.destroy());
  trial.limit(LIMITS.connectHttp, "TCP connection timed out after 4 s");
  request.once("socket", (socket) =>
    socket.once("connect", () => trial.limit(LIMITS.status, "no HTTP status within 2 s of connecting")),
  );
  // Stays after the end: a destroyed request may still emit an error.
  request.on("error", (error) => trial.end(false, error.message));
  request.once("response", (response) => onResponse(check, response, trial));
  request.end();
}

function onResponse(check: EndpointCheck, response: IncomingMessage, trial: Trial): void {
  const { statusCode: status = 0 } = response;
  response.on("error", (error) => trial.end(false, error.message));
  const accepted = status >= 200 && status < 400;
  if (!accepted || check.searchString === undefined) {
    trial.end(accepted, `HTTP ${status}`);
    return;
  }
  const wanted = Buffer.from(check.searchString);
  let body = Buffer.alloc(0);
  trial.limit(LIMITS.body, "body not received within 2 s of the status");
  const judge = () => {
    const found = body.subarray(0, SEARCHED_BYTES).includes(wanted);
    const where = `search string ${found ? "found" : "not found"} in the first ${SEARCHED_BYTES} bytes`;
    trial.end(found, `HTTP ${status}, ${where}`);
  };
  response.on("data", (chunk: Buffer) => {
    body = Buffer.concat([body, chunk]);
    if (body.length >= SEARCHED_BYTES) judge();
  });
  response.once("end", judge);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
