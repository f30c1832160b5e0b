import { z } from "zod";

import { canonical, parseCanonical } from "../sequence/canonical.js";

/** A flat fact about an operation: bytes, seconds, a name. */
const fact = z.union([z.string(), z.number(), z.boolean()]);

const who = z.strictObject({
  /** Account at the machine: `ada`, or `ada as root`. */
  user: z.string().min(1),
  /** The machine, or the Pod. */
  host: z.string().min(1),
  /** Whom the cloud or the cluster knew: the caller's ARN, `system:serviceaccount:chat:messages-backup`. */
  identity: z.string().min(1).optional(),
});

/**
 * - `done`: it ran to its end; an exit code of 1 says that the answer was no, such as damage that was found
 * - `refused`: it did not act: the input was bad, something stood in the way, or another run had the job
 * - `failed`: it began and did not get to its end
 */
const outcome = z.enum(["done", "refused", "failed"]);

const content = {
  /** What the operation is known by from its end on; no two have the same. */
  id: z.uuid(),
  plan: z.string().min(1),
  /** The command: `backup`, `restore`. */
  operation: z.string().min(1),
  dataset: z.string().min(1).optional(),
  /** Recovery point that it made or used. */
  point: z.string().min(1).optional(),
  /** Site that it acted at. */
  site: z.string().min(1).optional(),
  who,
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  outcome,
  exitCode: z.int().min(0).max(255),
  /** Why it did not end well; without secrets. */
  message: z.string().optional(),
  details: z.record(z.string().regex(/^[a-z][A-Za-z0-9]*$/), fact),
};

const contentSchema = z.strictObject(content);

const schema = z.strictObject({
  version: z.literal(1),
  /** Which log: one moved into another plan's or site's is noticed. */
  log: z.string().min(1),
  /** Number within the log, from 1, without a gap. */
  sequence: z.int().min(1),
  /** SHA-256 of the record before it as stored, hexadecimal; absent on the first. */
  previous: z.string().optional(),
  ...content,
  /** When it was stored: later than `finishedAt` when the store did not answer at first. */
  writtenAt: z.iso.datetime(),
});

/** What is recorded about an operation, before it has its place in a log. */
export type AuditContent = z.output<typeof contentSchema>;
export type AuditRecord = z.output<typeof schema>;
/** Who did it. */
export type AuditWho = z.output<typeof who>;

const what = "a version 1 audit record";

/** Reads a record. @throws VaultError when it is none, or not in the form it is written in */
export const parseRecord = (text: string, label: string): AuditRecord =>
  parseCanonical(text, schema, what, label);

/** A record's text. @throws VaultError when it would not be read again */
export function formatRecord(record: AuditRecord): string {
  const text = canonical(record);
  parseRecord(text, "what was to be recorded");
  return text;
}

/** Reads what waits to be recorded. @throws VaultError */
export const parseContent = (text: string, label: string): AuditContent =>
  parseCanonical(text, contentSchema, "an audit record that waits", label);
