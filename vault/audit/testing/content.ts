import { randomUUID } from "node:crypto";

import type { AuditContent } from "../record.js";

/** A record of an operation that went well; `change` says what differs. */
export const content = (change: Partial<AuditContent> = {}): AuditContent => ({
  id: randomUUID(),
  plan: "chat",
  operation: "backup",
  dataset: "messages",
  site: "virginia",
  who: { user: "ada", host: "console" },
  startedAt: "2026-05-01T02:00:00Z",
  finishedAt: "2026-05-01T02:10:00Z",
  outcome: "done",
  exitCode: 0,
  details: { bytes: 1_000, seconds: 600 },
  ...change,
});
