import { fileURLToPath } from "node:url";

import type { Program } from "../../program.js";
import { accountId, rootCredentials } from "../credentials.js";

/** Port that ministack serves on. */
export const ministackPort = 4566;

/** What ministack is started with. */
export interface MinistackOptions {
  /** Python interpreter that has ministack installed. */
  readonly python: string;
  /** The one address it binds; port 4566. */
  readonly address: string;
  /** File its log is appended to. @default standard error */
  readonly log?: string;
  /**
   * Address of each region's gate, by region. Replication and copies between regions ask these for a sign of
   * life (a TCP connection to port 443) first, so a region whose gate is gone neither sends nor receives.
   *
   * @default none: every region counts as alive
   */
  readonly gates?: Readonly<Record<string, string>>;
  /** Seconds between a PUT's answer and its replica, as long as both regions live. @default 1 */
  readonly replicationSeconds?: number;
}

/**
 * AWS's storage and control planes: ministack with credentials enforced and the sandbox's patches.
 *
 * Everything is held in memory and lost when it ends. Clients never talk to it directly but through a region's
 * gate, which ends TLS and knows where a call may be answered.
 */
export function ministack(options: MinistackOptions): Program {
  const { python, address, log, gates = {}, replicationSeconds = 1 } = options;
  return {
    name: "ministack",
    argv: [python, fileURLToPath(new URL("./serve.py", import.meta.url))],
    env: {
      AUTH: "true",
      AWS_ACCESS_KEY_ID: rootCredentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: rootCredentials.secretAccessKey,
      BIND_HOST: address,
      GATEWAY_PORT: String(ministackPort),
      MINISTACK_ACCOUNT_ID: accountId,
      MINISTACK_REGION: "us-east-1",
      PYTHONDONTWRITEBYTECODE: "1",
      SANDBOX_GATES: JSON.stringify(gates),
      SANDBOX_REPLICATION_SECONDS: String(replicationSeconds),
      ...(log === undefined ? {} : { SANDBOX_LOG: log }),
    },
    ready: () => healthy(`http://${address}:${ministackPort}/_ministack/health`),
  };
}

async function healthy(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
