import type { StoreProvider } from "./schema/index.js";

/**
 * Amounts that providers and programs state, each with its address, the day it was read and the phrase that says it.
 * What proofs and derivations count with is here; what stores can do is in `proofs/stores.ts`, with the same three.
 */
interface Stated {
  readonly seconds: number;
  /** Where it is stated. */
  readonly address: string;
  /** Day on which the address was read. */
  readonly read: string;
  /** What it says there. */
  readonly phrase: string;
}

/** What nobody states, on the slow side. */
interface Assumed {
  readonly seconds: number;
  /** Why this much. */
  readonly assumption: string;
}

const read = "2026-11-21";
const later = "2026-11-28";

export const limits = {
  /** From one S3 bucket to another, with Replication Time Control on the rule. A percentile and a service level, no guarantee. */
  s3ReplicationTimeControl: {
    seconds: 15 * 60,
    address: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html",
    read,
    phrase:
      "S3 RTC replicates most objects that you upload to Amazon S3 in seconds, and 99.99 percent of those objects within 15 minutes.",
  },
  /** Between any other stores. */
  otherReplication: {
    seconds: 24 * 3_600,
    assumption:
      "no other store states how long its replication may take; a day is assumed, and an alert on the copy's age has to watch it",
  },
  /** A systemd timer starts its unit up to this much after the time it names. */
  systemdAccuracy: {
    seconds: 60,
    address: "https://www.freedesktop.org/software/systemd/man/latest/systemd.timer.html#AccuracySec=",
    read,
    phrase: "Specify the accuracy the timer shall elapse with. Defaults to 1min.",
  },
  /** As close to now as the point in time of RDS comes. What it does, no guarantee. */
  managedLog: {
    seconds: 5 * 60,
    address: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
    read: later,
    phrase: "RDS uploads transaction logs for DB instances to Amazon S3 every five minutes.",
  },
  /** The longest that RDS keeps its own backups and log. */
  managedKeep: {
    seconds: 35 * 86_400,
    address:
      "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html",
    read: later,
    phrase: "You can set the backup retention period of a DB instance to between 0 and 35 days.",
  },
  /** GitHub Actions starts a workflow no more often than this. */
  githubShortestInterval: {
    seconds: 5 * 60,
    address:
      "https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule",
    read,
    phrase: "The shortest interval you can run scheduled workflows is once every 5 minutes.",
  },
  /** How long `pg_promote` waits for a standby to open before it gives up; it is over in seconds as a rule. */
  promotion: {
    seconds: 60,
    address: "https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL",
    read,
    phrase: "waits until promotion is completed or wait_seconds seconds have passed (default 60)",
  },
  /** A container that stops answering is restarted after three probes ten seconds apart. */
  probes: {
    seconds: 30,
    address:
      "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
    read,
    phrase: "periodSeconds: default to 10 seconds; failureThreshold: defaults to 3",
  },
  /** Fetching and opening one segment of log, whatever it holds. */
  segment: { seconds: 0.25, assumption: "a guess; a restore that is timed says it" },
  /** A further node joins and is seen by the others, its copy of the data not counted. */
  join: { seconds: 30, assumption: "a guess; a node that is lost in a drill says it" },
  /** Until data of a cold tier can be read, where its provider says nothing. */
  coldRetrievalUnknown: { seconds: 12 * 3_600, assumption: "as slow as the slowest that says something" },
} as const satisfies Record<string, Stated | Assumed>;

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
    read,
    phrase: "typically finish within 12 hours for objects stored in the S3 Glacier Deep Archive",
  },
};
