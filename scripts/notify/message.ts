import type { Alert } from "../../plan/schema/governance.js";
import type { Receiver } from "./receivers.js";

/** How an operation ended, as it is told. */
export interface Ended {
  readonly plan: string;
  readonly operation: string;
  readonly dataset?: string | undefined;
  readonly kind?: string | undefined;
  readonly site?: string | undefined;
  /** Recovery point that it made or used. */
  readonly point?: string | undefined;
  readonly succeeded: boolean;
  readonly exitCode: number;
  /** Why it did not end well; without secrets. */
  readonly message?: string | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  /** The machine, or the Pod. */
  readonly host: string;
}

/** What is posted, and where. */
export interface Message {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** PagerDuty's words for how bad it is. */
const severities = { warning: "warning", high: "error", critical: "critical" } as const;

/** Longest summary that PagerDuty takes, in characters. */
const longestSummary = 1_024;

/** What one receiver is sent. */
export function messageFor(receiver: Receiver, ended: Ended, severity: Alert["severity"]): Message {
  const json = { "content-type": "application/json" };
  if ("webhook" in receiver) {
    const { url, headers } = receiver.webhook;
    return { address: url, headers: { ...json, ...headers }, body: JSON.stringify(generic(ended, severity)) };
  }
  const { url, routingKey } = receiver.pagerduty;
  return { address: url, headers: json, body: JSON.stringify(event(routingKey, ended, severity)) };
}

/** One JSON object with everything that is known. */
function generic(ended: Ended, severity: Alert["severity"]) {
  const { startedAt, finishedAt, succeeded, ...rest } = ended;
  return {
    ...{ version: 1, summary: summaryOf(ended), outcome: succeeded ? "succeeded" : "failed", severity },
    ...rest,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
  };
}

/**
 * An event of PagerDuty's Events API v2. A success resolves what the failures before it opened: one incident for each
 * operation, however often it fails. https://developer.pagerduty.com/docs/events-api-v2-overview (read 2026-11-28)
 */
function event(routingKey: string, ended: Ended, severity: Alert["severity"]) {
  const { plan, operation, dataset, kind, site, point, exitCode, message, succeeded } = ended;
  const subject = [plan, operation, dataset, kind, site].filter((part) => part !== undefined);
  return {
    routing_key: routingKey,
    event_action: succeeded ? "resolve" : "trigger",
    // At most 255 characters, and names of a plan are short.
    dedup_key: `secondsite/${subject.join("/")}`.slice(0, 255),
    payload: {
      summary: summaryOf(ended).slice(0, longestSummary),
      source: ended.host,
      severity: severities[severity],
      timestamp: ended.finishedAt.toISOString(),
      component: dataset ?? plan,
      group: plan,
      class: operation,
      custom_details: { plan, operation, dataset, kind, site, point, exitCode, message },
    },
  };
}

function summaryOf({ plan, operation, dataset, kind, site, succeeded, message, exitCode }: Ended): string {
  const what = [
    operation,
    ...(dataset === undefined ? [] : [`of ${dataset}`]),
    ...(kind ? [`(${kind})`] : []),
  ];
  const where = site === undefined ? "" : ` at ${site}`;
  const how = succeeded ? "succeeded" : `failed (${exitCode})${message === undefined ? "" : `: ${message}`}`;
  return `${plan}: ${what.join(" ")}${where} ${how}`;
}
