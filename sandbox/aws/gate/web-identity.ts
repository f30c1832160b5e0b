import { readFileSync } from "node:fs";
import { get } from "node:https";

import { createRemoteJWKSet, customFetch, decodeJwt, errors, type JWTPayload, jwtVerify } from "jose";

import { Refusal } from "./refusal.js";
import type { TokenIssuer } from "./settings.js";

/** Verifies a web-identity token and returns what it claims; throws the Refusal that AWS would answer. */
export type VerifyToken = (token: string) => Promise<JWTPayload>;

/** Signature algorithms that IAM takes from OpenID Connect providers. */
const algorithms = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

/**
 * Makes a verifier for the tokens of some issuers.
 *
 * Keys are fetched when the first token needs them, kept for ten minutes, and fetched again for a key id that
 * is not among them, so that a key rotation costs nothing. Audience, subject and the role's trust are left to
 * ministack, which knows the provider's client ids.
 */
export function tokenVerifier(issuers: readonly TokenIssuer[]): VerifyToken {
  const keySets = new Map(issuers.map((issuer) => [issuer.issuer, keySetOf(issuer)]));
  return async (token) => {
    const issuer = issuerOf(token);
    const keys = keySets.get(issuer);
    if (!keys) {
      throw new Refusal(
        400,
        "InvalidIdentityToken",
        `No OpenIDConnect provider found in your account for ${issuer}`,
      );
    }
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        algorithms,
        requiredClaims: ["exp", "iat", "sub", "aud"],
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  };
}

function issuerOf(token: string): string {
  try {
    return decodeJwt(token).iss ?? "";
  } catch {
    throw new Refusal(400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT.");
  }
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.JWTExpired) {
    const now = Math.floor(Date.now() / 1000);
    return new Refusal(
      400,
      "ExpiredTokenException",
      `Token expired: current date/time ${now} must be before the expiration date/time ${error.payload.exp}`,
    );
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new Refusal(400, "InvalidIdentityToken", `The ID Token's claims are not valid: ${error.message}`);
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return new Refusal(
      400,
      "InvalidIdentityToken",
      "Couldn't retrieve verification key from your identity provider, please reference " +
        "AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new Refusal(400, "InvalidIdentityToken", "The ID Token's signature is not valid.");
  }
  if (error instanceof errors.JOSEAlgNotAllowed || error instanceof errors.JWSInvalid) {
    return new Refusal(400, "InvalidIdentityToken", `The ID Token is not valid: ${error.message}`);
  }
  return new Refusal(
    400,
    "IDPCommunicationError",
    `Could not retrieve keys from the identity provider: ${error instanceof Error ? error.message : error}`,
  );
}

function keySetOf({ jwksUrl, caFile }: TokenIssuer) {
  return createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: 3_000,
    // Short: a cluster that was just recreated has new keys, and its first Pods should not have to wait.
    cooldownDuration: 1_000,
    [customFetch]: (url: string) => fetchWith(url, caFile),
  });
}

/** Fetches over TLS with one given CA, which the global fetch cannot. */
function fetchWith(url: string, caFile: string): Promise<Response> {
  return new Promise((resolve, reject) => {
    // Read for every fetch: the file may have been replaced since, and fetches are rare.
    const request = get(url, { ca: readFileSync(caFile), timeout: 3_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        resolve(new Response(Buffer.concat(chunks), { status: response.statusCode ?? 502 }));
      });
    });
    request.on("timeout", () => request.destroy(new Error(`${url} did not answer within 3 s`)));
    request.on("error", reject);
  });
}
