import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeConfig } from "@kubernetes/client-node";

import { SandboxInputError } from "../../errors.js";
import type { Value } from "../protocol/index.js";
import { ApiError, Unreachable } from "./api-error.js";

/** One request to an API server. */
export interface Request {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path below the server's address, for example `/api/v1/namespaces`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Value;
  /** @default "application/json" */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
  /** Gets each warning that the server sends along. */
  readonly onWarning?: (text: string) => void;
}

/** A connection must stand within this time, in milliseconds. */
const connectWithin = 5_000;
/** A request must be answered within this time, in milliseconds. */
const answerWithin = 30_000;
/** Refused connections and busy servers are tried again after these times, in milliseconds. */
const patience = [250, 750, 1_500];

/** The way to one API server: credentials, certificates, limits on waiting. */
export class Connection {
  #agent: http.Agent | undefined;
  /** Once the cluster could not be reached, others don't wait for it as well: monotonic milliseconds. */
  #unreachable: { readonly error: Unreachable; readonly until: number } | undefined;

  constructor(readonly config: KubeConfig) {}

  /** Namespace of the context. */
  get namespace(): string {
    return this.config.getContextObject(this.config.getCurrentContext())?.namespace || "default";
  }

  /**
   * Sends a request and parses the answer; text answers (logs) come as a string.
   *
   * @throws {Unreachable} when no connection stands within seconds
   * @throws {ApiError} when the server refuses
   */
  async request(request: Request): Promise<Value> {
    if (this.#unreachable && performance.now() < this.#unreachable.until) throw this.#unreachable.error;
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#send(request);
      } catch (error) {
        const wait = patience[attempt];
        if (request.signal?.aborted) throw request.signal.reason;
        if (wait !== undefined && isPassing(error)) {
          await sleep(wait, undefined, request.signal ? { signal: request.signal } : {});
          continue;
        }
        if (error instanceof ApiError || error instanceof SandboxInputError) throw error;
        throw this.#fail(error);
      }
    }
  }

  #fail(error: unknown): Unreachable {
    const context = this.config.getCurrentContext();
    const unreachable = new Unreachable(
      `the Kubernetes cluster of context "${context}" (${this.#server}) is unreachable: ${reasonOf(error)}`,
      "check that the cluster runs and that the kubeconfig names its address; if it is gone for good, " +
        "PULUMI_K8S_DELETE_UNREACHABLE=true drops its resources from the stack",
    );
    this.#unreachable = { error: unreachable, until: performance.now() + 5_000 };
    return unreachable;
  }

  get #server(): string {
    return this.config.getCurrentCluster()?.server ?? "";
  }

  async #send(request: Request): Promise<Value> {
    const url = new URL(this.#server);
    url.pathname = url.pathname.replace(/\/$/, "") + request.path;
    for (const [key, value] of Object.entries(request.query ?? {})) url.searchParams.set(key, value);
    const options: https.RequestOptions = { method: request.method };
    await this.config.applyToHTTPSOptions(options);
    this.#agent ??= options.agent instanceof http.Agent ? keepAlive(options.agent) : undefined;
    if (this.#agent) options.agent = this.#agent;
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    options.headers = {
      ...options.headers,
      accept: "application/json",
      ...(body === undefined
        ? {}
        : {
            "content-type": request.contentType ?? "application/json",
            "content-length": Buffer.byteLength(body),
          }),
    };
    const { status, headers, text } = await exchange(url, options, body, request.signal);
    for (const warning of warningsOf(headers.warning)) request.onWarning?.(warning);
    const answer = parse(text);
    if (status < 200 || status > 299) {
      throw ApiError.of(status, answer, `${request.method} ${request.path}`);
    }
    return answer;
  }
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

function exchange(url: URL, options: https.RequestOptions, body: string | undefined, signal?: AbortSignal) {
  return new Promise<Answer>((resolve, reject) => {
    const limits = [AbortSignal.timeout(answerWithin), ...(signal ? [signal] : [])];
    const send = url.protocol === "http:" ? http.request : https.request;
    const request = send(url, { ...options, signal: AbortSignal.any(limits) }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, text: Buffer.concat(parts).toString() });
      });
    });
    request.on("error", reject);
    request.on("socket", (socket) => {
      if (!socket.connecting) return;
      const given = `no connection within ${connectWithin / 1_000} s`;
      const timer = setTimeout(() => request.destroy(new Error(given)), connectWithin);
      socket.once("connect", () => clearTimeout(timer));
      socket.once("close", () => clearTimeout(timer));
    });
    request.end(body);
  });
}

/** Without it every request would begin with a new TLS handshake. */
function keepAlive(agent: http.Agent): http.Agent {
  return Object.assign(agent, { keepAlive: true, maxFreeSockets: 8 });
}

/** Errors that pass by themselves. Every request is safe to repeat: apply and delete are idempotent. */
function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return [429, 500, 502, 503, 504].includes(error.status);
  const { code } = error as { code?: string };
  return code === "ECONNREFUSED" || code === "ECONNRESET" || code === "EPIPE";
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === "TimeoutError" || error.name === "AbortError") {
    return `no answer within ${answerWithin / 1_000} s`;
  }
  // Several addresses tried: the message is in the parts.
  const inner = error instanceof AggregateError ? error.errors[0] : error;
  return inner instanceof Error && inner.message !== "" ? inner.message : error.name;
}

function parse(text: string): Value {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    return JSON.parse(text) as Value;
  } catch {
    // A container's log may begin like JSON.
    return text;
  }
}

/** Warnings as the API server writes them: `299 - "text"`. */
function warningsOf(header: string | undefined): string[] {
  return [...(header ?? "").matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replace(/\\(.)/g, "$1"),
  );
}
