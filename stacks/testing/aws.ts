import { readFile } from "node:fs/promises";
import { Agent } from "node:https";
import type { LookupFunction } from "node:net";

import { placesOf, type WorldSpec } from "../../sandbox/address.js";
import { type CallRecord, rootCredentials } from "../../sandbox/aws/index.js";
import { worldCa } from "../../sandbox/world/index.js";
import { logOf } from "./logs.js";

/** Credentials as the SDK takes them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Temporary credentials as STS returns them. */
export interface Given {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
  readonly SessionToken?: string | undefined;
}

/** STS's answer as the SDK's clients take it. */
export const asCredentials = (given: Given | undefined): Credentials => ({
  accessKeyId: given?.AccessKeyId ?? "",
  secretAccessKey: given?.SecretAccessKey ?? "",
  sessionToken: given?.SessionToken ?? "",
});

/**
 * Options for SDK clients of a test, which stands outside the world's namespaces: AWS's own names are resolved to
 * the world's gates, as its resolvers do. Everything else is the SDK's default.
 */
export async function awsOf(spec: WorldSpec) {
  const ca = await readFile((await worldCa()).certFile, "utf8");
  const { regions } = placesOf(spec);
  const gates = Object.fromEntries(regions.map(({ region, gate }) => [region, gate]));
  return (region: string, credentials: Credentials = rootCredentials) => {
    const lookup: LookupFunction = (host, { all }, answer) => {
      const named = Object.keys(gates).find((known) => host.includes(`.${known}.`)) ?? "us-east-1";
      const address = gates[named] ?? "";
      if (all) answer(null, [{ address, family: 4 }]);
      else answer(null, address, 4);
    };
    return {
      region,
      credentials,
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 2_000, httpsAgent: new Agent({ ca, lookup, maxSockets: 10 }) },
    };
  };
}

/** Every call that a region's gate has had, oldest first. */
export async function callsOf(spec: WorldSpec, region: string): Promise<CallRecord[]> {
  return (await logOf(spec, region, "gate-calls"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as CallRecord);
}
