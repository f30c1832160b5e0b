import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

import { type CapabilityTable, fullyCapable } from "../capabilities.js";
import { renewExpired } from "./renew.js";

/** Which bucket, where, and what it can do. */
export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Address of a store that is not AWS's. @default AWS's own of the region */
  readonly endpoint?: string;
  /** The bucket stands in the path instead of the host name. @default true where `endpoint` is given */
  readonly pathStyle?: boolean;
  /** Asked once more, with `forceRefresh`, when the store says that they have expired. @default the environment's */
  readonly credentials?: S3ClientConfig["credentials"];
  /** What the bucket can do. @default everything, less what is stated */
  readonly capabilities?: Partial<CapabilityTable>;
  /** Tries of one request before it is given up, with growing pauses in between. @default 3 */
  readonly attempts?: number;
  /** Milliseconds without any sign of life before a connection is given up. @default 20 000 */
  readonly idleTimeout?: number;
  /** How connections are made, for a CA or resolver of one's own. */
  readonly agent?: NonNullable<
    Extract<S3ClientConfig["requestHandler"], { httpsAgent?: unknown }>
  >["httpsAgent"];
}

/** What the parts of an S3 store share. */
export interface S3Bucket {
  readonly client: S3Client;
  /** Another one that bears so many milliseconds of silence more, for one long call; to be destroyed after it. */
  patient(milliseconds: number): S3Client;
  readonly bucket: string;
  /** For people. */
  readonly label: string;
  readonly declared: CapabilityTable;
}

/** Connects to a bucket; nothing is sent yet. */
export function s3Bucket(options: S3StoreOptions): S3Bucket {
  const { bucket, region, endpoint } = options;
  const idle = options.idleTimeout ?? 20_000;
  const client = connected(options, idle);
  return {
    ...{ client, bucket },
    // Zero is no bound. With the first one's credentials, which it remembers: no service is asked for others.
    patient: (milliseconds) =>
      connected({ ...options, credentials: client.config.credentials }, idle && idle + milliseconds),
    label: `s3://${bucket} (${endpoint === undefined ? region : new URL(endpoint).host})`,
    declared: { ...fullyCapable, ...options.capabilities },
  };
}

function connected(options: S3StoreOptions, socketTimeout: number): S3Client {
  const { endpoint, credentials, agent } = options;
  const client = new S3Client({
    region: options.region,
    maxAttempts: options.attempts ?? 3,
    ...(endpoint === undefined ? {} : { endpoint }),
    forcePathStyle: options.pathStyle ?? endpoint !== undefined,
    ...(credentials === undefined ? {} : { credentials }),
    // Every write brings a checksum of its own; what compatible stores add or lack does not matter then.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    // Bounded, so that a region that is gone is given up within seconds instead of minutes.
    requestHandler: {
      connectionTimeout: 3_000,
      socketTimeout,
      ...(agent === undefined ? {} : { httpsAgent: agent }),
    },
  });
  renewExpired(client);
  return client;
}
