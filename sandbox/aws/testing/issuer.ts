import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { exportJWK, generateKeyPair, SignJWT } from "jose";

import { ensureCa, issue } from "../../world/ca.js";
import type { TokenIssuer } from "../index.js";

/** Issues service-account tokens as a cluster does, and serves the keys that check them. */
export interface TestIssuer extends TokenIssuer {
  /**
   * Signs a token as the API server does: `aud` is a list.
   *
   * @param changes claims that differ from a good token's
   */
  token(subject: string, changes?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Replaces the signing key by one of another id, as a recreated cluster has. */
  rotate(): Promise<void>;
  /** A token with the right claims and key id, signed by somebody else. */
  forged(subject: string): Promise<string>;
  close(): void;
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** Starts an issuer whose keys are served on a loopback port. */
export async function startIssuer(dir: string, issuer: string): Promise<TestIssuer> {
  const ca = await ensureCa(join(dir, "issuer-ca"));
  const { certFile, keyFile } = await issue(ca, { commonName: "issuer", addresses: ["127.0.0.1"], dir });
  let generation = 0;
  let current = await generateKeyPair("RS256", { extractable: true });
  const kid = () => `key-${generation}`;
  const server = createServer(
    { cert: readFileSync(certFile), key: readFileSync(keyFile) },
    async (_request, response) => {
      const key = { ...(await exportJWK(current.publicKey)), kid: kid(), alg: "RS256", use: "sig" };
      response.setHeader("content-type", "application/jwk-set+json").end(JSON.stringify({ keys: [key] }));
    },
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const sign = (subject: string, key: KeyPair["privateKey"], changes: Readonly<Record<string, unknown>>) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: issuer,
      sub: subject,
      aud: ["sts.amazonaws.com"],
      iat: now,
      nbf: now,
      exp: now + 3600,
      ...changes,
    })
      .setProtectedHeader({ alg: "RS256", kid: kid() })
      .sign(key);
  };
  return {
    issuer,
    jwksUrl: `https://127.0.0.1:${(server.address() as AddressInfo).port}/openid/v1/jwks`,
    caFile: ca.certFile,
    token: (subject, changes = {}) => sign(subject, current.privateKey, changes),
    rotate: async () => {
      generation += 1;
      current = await generateKeyPair("RS256", { extractable: true });
    },
    forged: async (subject) => sign(subject, (await generateKeyPair("RS256")).privateKey, {}),
    close: () => server.close(),
  };
}
