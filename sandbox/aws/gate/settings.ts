/** Who issues web-identity tokens, and where the keys that check them are. */
export interface TokenIssuer {
  /** The token's `iss`, for example `https://oidc.eks.us-east-1.amazonaws.com/id/SECONDSITE`. */
  readonly issuer: string;
  /** JSON Web Key Set, fetched when a token first needs it and again for an unknown key. */
  readonly jwksUrl: string;
  /** CA that `jwksUrl` is checked against. */
  readonly caFile: string;
}

/** Everything a gate is told, as JSON in its only argument. */
export interface GateSettings {
  readonly region: string;
  /** Address it binds, port 443. */
  readonly address: string;
  readonly certificate: { readonly certFile: string; readonly keyFile: string };
  /** CA of the world: what other gates' certificates are checked against. */
  readonly caFile: string;
  /** ministack's address, for example `http://10.1.0.2:4566`. */
  readonly cloud: string;
  /** Address of the gate of us-east-1, where the global control planes live. */
  readonly controlPlane: string;
  readonly issuers: readonly TokenIssuer[];
  /** File that calls are appended to, one JSON object a line. */
  readonly log: string;
}

/** Region of the global control planes: IAM's, Route 53's and that of bucket configuration. */
export const controlPlaneRegion = "us-east-1";
