import { auditLogs, type Plan } from "../../plan/index.js";
import type { Statement } from "./policy-document.js";

/** Reads and adds to the audit logs of a category, and anchors their heads; nothing of them is overwritten or deleted. */
export function recordOperations(plan: Plan, category: string): Statement[] {
  const places = auditLogs(plan)
    .filter((log) => log.category === category)
    .flatMap((log) => [log, ...(log.anchors ? [log.anchors] : [])]);
  const objects = places.map(({ bucket, prefix }) => `arn:aws:s3:::${bucket}/${prefix}*`);
  return [
    {
      Sid: "ListAudit",
      Effect: "Allow",
      Action: "s3:ListBucket",
      Resource: [...new Set(places.map(({ bucket }) => `arn:aws:s3:::${bucket}`))],
      Condition: { StringLike: { "s3:prefix": places.map(({ prefix }) => `${prefix}*`) } },
    },
    { Sid: "ReadAudit", Effect: "Allow", Action: "s3:GetObject", Resource: objects },
    {
      Sid: "AppendAudit",
      Effect: "Allow",
      Action: "s3:PutObject",
      Resource: objects,
      // A write that would overwrite does not carry If-None-Match.
      Condition: { Null: { "s3:if-none-match": "false" } },
    },
  ];
}
