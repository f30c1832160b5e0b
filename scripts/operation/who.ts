import { readFile } from "node:fs/promises";
import { hostname, userInfo } from "node:os";

import { decodeJwt } from "jose";

import type { AuditWho } from "../../vault/index.js";

/** How long the cloud may take to say whom it knows, milliseconds. */
const patience = 5_000;

/**
 * Who runs this process: the account and the machine, and whom cluster or cloud know. What somebody says about
 * themselves proves nothing; whom the cloud knows is also in the cloud's own trail.
 *
 * @param region AWS region that is asked for the caller. @default nobody is asked
 */
export async function whoRuns(
  region: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<AuditWho> {
  const identity =
    env.SECONDSITE_IDENTITY ??
    (await subjectOf(env.AWS_WEB_IDENTITY_TOKEN_FILE)) ??
    (region && (await callerAt(region)));
  const { SUDO_USER: person } = env;
  const user = person ? `${person} as ${account()}` : account();
  return { user, host: hostname(), ...(identity ? { identity } : {}) };
}

/** A container's user need not have a name. */
function account(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? "unknown"}`;
  }
}

/** `system:serviceaccount:chat:messages-backup`, from the Pod's own token. */
async function subjectOf(tokenFile: string | undefined): Promise<string | undefined> {
  if (!tokenFile) return undefined;
  try {
    return decodeJwt(await readFile(tokenFile, "utf8")).sub;
  } catch {
    return undefined;
  }
}

/** ARN of the caller; undefined when there is none, or the cloud does not say. */
async function callerAt(region: string): Promise<string | undefined> {
  const { GetCallerIdentityCommand, STSClient } = await import("@aws-sdk/client-sts");
  const client = new STSClient({ region, maxAttempts: 1 });
  try {
    const { Arn } = await client.send(new GetCallerIdentityCommand({}), {
      abortSignal: AbortSignal.timeout(patience),
    });
    return Arn;
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}
