import { ownProgram } from "../bundled/index.js";
import type { Program } from "../program.js";
import type { AwsCredentials } from "./control-plane.js";
import type { Status } from "./status.js";

export type { Status } from "./status.js";

/** What `route53` needs. */
export interface Route53Args {
  /** Address to serve on, for example `10.67.0.3`. */
  readonly address: string;
  /** Endpoint of Route 53's API, for example `http://10.67.0.2:4566`. */
  readonly cloud: string;
  readonly credentials: AwsCredentials;
  /** File that JSON lines are appended to. */
  readonly log: string;
  /** Port of DNS over UDP and TCP. @default 53 */
  readonly port?: number;
  /** Port of `GET /status` over HTTP. @default 8053 */
  readonly statusPort?: number;
}

/**
 * Route 53's data plane: an authoritative DNS server with health checkers.
 *
 * It reads hosted zones, records and health checks from Route 53's API every second and keeps the last state
 * that it could read, so it goes on when the control plane is lost. It keeps nothing on disk: started again, its
 * health checks are new, and a new health check counts as healthy until there is enough data.
 *
 * Not as at Route 53: endpoints with private addresses are checked; there are 16 checkers at one place (two for
 * each of eight regions), so a check cannot be healthy for one client and unhealthy for another; private zones,
 * DNSSEC, and routing by the client's place are left out. Groups that need what is left out get SERVFAIL, and
 * `GET /status` names them under `problems`.
 *
 * Ready once it has read the control plane.
 */
export function route53({ address, cloud, credentials, log, ...ports }: Route53Args): Program {
  const { port = 53, statusPort = 8053 } = ports;
  return {
    name: "route53",
    argv: ownProgram(
      new URL("main.ts", import.meta.url),
      ...["--address", address, "--port", String(port), "--status-port", String(statusPort)],
      ...["--cloud", cloud, "--log", log],
    ),
    env: {
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
    },
    ready: async () => (await route53Status(address, statusPort))?.controlPlane.lastRead != null,
  };
}

/** Current zones and health of a running `route53`; undefined while it does not answer. */
export async function route53Status(address: string, statusPort = 8053): Promise<Status | undefined> {
  try {
    const response = await fetch(`http://${address}:${statusPort}/status`, {
      signal: AbortSignal.timeout(2_000),
    });
    return (await response.json()) as Status;
  } catch {
    // Not started, starting, or gone: whoever asks waits or gives up.
    return undefined;
  }
}
