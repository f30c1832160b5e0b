import type { StoreProvider } from "../../schema/index.js";

/** What a provider or a program says about itself. */
interface Stated {
  /** Seconds. */
  readonly seconds: number;
  readonly address: string;
  /** Day on which it was read there. */
  readonly read: string;
  /** How the source puts it. */
  readonly phrase: string;
}

/**
 * Until data of a cold tier can be read, by provider.
 *
 * A plan says "cold" and not which archive class, so the slower one counts: S3 Glacier Flexible Retrieval takes 3 to 5
 * hours, Deep Archive 12.
 */
export const coldRetrieval: Partial<Record<StoreProvider, Stated>> = {
  aws: {
    seconds: 12 * 3_600,
    address: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html",
    read: "2026-11-21",
    phrase: "typically finish within 12 hours for objects stored in the S3 Glacier Deep Archive",
  },
};

/** Where no provider says how long it takes: as slow as the slowest that does. Seconds. */
export const coldRetrievalUnknown = 12 * 3_600;

/** How long `pg_promote` waits for a standby to open before it gives up; it is over in seconds as a rule. */
export const promotion: Stated = {
  seconds: 60,
  address: "https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL",
  read: "2026-11-21",
  phrase: "waits until promotion is completed or wait_seconds seconds have passed (default 60)",
};

/** A container that stops answering is restarted after three probes ten seconds apart. */
export const probes: Stated = {
  seconds: 30,
  address:
    "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
  read: "2026-11-21",
  phrase: "periodSeconds: default to 10 seconds; failureThreshold: defaults to 3",
};

/** Fetching and opening one segment of log, whatever it holds; seconds. A guess on the slow side. */
export const segmentSeconds = 0.25;

/** A further node joins and is seen by the others, its copy of the data not counted; seconds. A guess. */
export const joinSeconds = 30;
