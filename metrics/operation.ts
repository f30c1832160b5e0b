import type { Labels, MeasuredOperation, Sample } from "./definitions.js";

/** How an operation went. */
export interface Measured {
  readonly operation: MeasuredOperation;
  readonly labels: Labels;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly succeeded: boolean;
}

/** What is said of every operation; of one that did not succeed only that. */
export function operationSamples({
  operation,
  labels,
  startedAt,
  finishedAt,
  succeeded,
}: Measured): Sample[] {
  const ended = finishedAt.getTime() / 1000;
  const seconds = (finishedAt.getTime() - startedAt.getTime()) / 1000;
  const of = (what: "last_run_timestamp" | "last_success_timestamp" | "duration_seconds") =>
    `${operation}_${what}` as const;
  return [
    { name: of("last_run_timestamp"), labels, value: ended },
    { name: `${operation}_last_run_success`, labels, value: succeeded ? 1 : 0 },
    ...(succeeded
      ? [
          { name: of("last_success_timestamp"), labels, value: ended },
          { name: of("duration_seconds"), labels, value: seconds },
        ]
      : []),
  ];
}
