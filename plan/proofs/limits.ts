/**
 * What providers and tools state about time, each with its address, the day it was read and the phrase that says it.
 *
 * Nothing else in the proofs of loss is a constant; where nobody states a bound, `assumption` says what we assume.
 */
export interface Limit {
  readonly seconds: number;
  /** Where it is stated. Absent for what is assumed. */
  readonly address?: string;
  /** Day on which the address was read. */
  readonly read?: string;
  /** What it says there. */
  readonly phrase?: string;
  /** Why this is assumed where nobody states a bound. */
  readonly assumption?: string;
}

export const limits = {
  /** From one S3 bucket to another, with Replication Time Control on the rule. A percentile and a service level, no guarantee. */
  s3ReplicationTimeControl: {
    seconds: 15 * 60,
    address: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html",
    read: "2026-11-21",
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
    read: "2026-11-21",
    phrase: "Specify the accuracy the timer shall elapse with. Defaults to 1min.",
  },
  /** GitHub Actions starts a workflow no more often than this. */
  githubShortestInterval: {
    seconds: 5 * 60,
    address:
      "https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule",
    read: "2026-11-21",
    phrase: "The shortest interval you can run scheduled workflows is once every 5 minutes.",
  },
} as const satisfies Record<string, Limit>;
