import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * What is done to one request: passed on, answered "slow down" or "your credentials have expired", cut within its body or
 * its answer, or never answered.
 */
export type Fault = "none" | "503" | "expired" | "cut-request" | "cut-answer" | "stall";

/**
 * Decides about a request, at once or when its time has come.
 *
 * @param key id of the key that it is signed with
 */
type Decide = (method: string, url: string, key: string) => Fault | Promise<Fault>;

/** A proxy before an S3 server that injects faults. */
export interface FaultProxy {
  readonly endpoint: string;
  /** Decides about every request from now on. */
  inject(decide: Decide): void;
  /** How often each fault was injected. */
  readonly counts: Readonly<Record<Fault, number>>;
  stop(): Promise<void>;
}

/** Starts a proxy on a loopback port; requests keep their Host, so that signatures stand. */
export async function faultProxy(target: string): Promise<FaultProxy> {
  let decide: Decide = () => "none";
  const counts = { none: 0, "503": 0, expired: 0, "cut-request": 0, "cut-answer": 0, stall: 0 };
  const { hostname, port } = new URL(target);
  const server = createServer(async (incoming, answer) => {
    const [, key = ""] = /Credential=([^/]+)\//.exec(incoming.headers.authorization ?? "") ?? [];
    const fault = await decide(incoming.method ?? "", incoming.url ?? "", key);
    counts[fault] += 1;
    if (fault === "stall") return;
    if (fault === "expired") {
      incoming.resume();
      const said =
        "<Error><Code>ExpiredToken</Code><Message>The provided token has expired.</Message></Error>";
      answer.writeHead(400).end(said);
      return;
    }
    if (fault === "503") {
      incoming.resume();
      answer.writeHead(503).end("<Error><Code>SlowDown</Code><Message>slow down</Message></Error>");
      return;
    }
    if (fault === "cut-request") {
      incoming.once("data", () => incoming.socket.destroy());
      incoming.once("end", () => incoming.socket.destroy());
      return;
    }
    const { method, url: path, headers } = incoming;
    const onwards = request({ hostname, port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 500, response.headers);
      if (fault === "none") {
        response.pipe(answer);
        return;
      }
      response.once("data", (chunk: Buffer) => {
        answer.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => answer.destroy());
        response.destroy();
      });
      response.once("end", () => answer.destroy());
    });
    onwards.on("error", () => answer.destroy());
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject: (next) => {
      decide = next;
    },
    counts,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
