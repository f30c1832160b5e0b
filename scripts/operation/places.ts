import { homedir } from "node:os";
import { join } from "node:path";

import { type AuditLogPlace, hasBucket, type KeptAt, type Plan } from "../../plan/index.js";
import { type Access, type AnchorPlace, type AuditLog, copyStore } from "../../vault/index.js";

/** A log and what holds its head, opened; nothing is asked yet. */
export interface OpenedAudit {
  readonly log: AuditLog;
  readonly anchors?: AnchorPlace;
}

/**
 * Opens a log.
 *
 * @param places where sites are, as `--store` says
 */
export function openAudit(plan: Plan, place: AuditLogPlace, places: Access["places"] = {}): OpenedAudit {
  const { name, anchors } = place;
  const opened = ({ site, category, prefix }: KeptAt) => ({
    store: copyStore(plan, site, category, { places }),
    ...{ prefix, name },
  });
  const reached = anchors && (anchors.site in places || hasBucket(plan, anchors.site));
  return { log: opened(place), ...(reached ? { anchors: opened(anchors) } : {}) };
}

/**
 * Folder where records of a log wait that could not be stored; undefined in a Pod, whose disk goes with it: there the
 * record is told, and the Pod's log has it.
 *
 * `SECONDSITE_SPOOL` names another. @default `~/.local/state/secondsite/audit`
 */
export function spoolFolder(
  { bucket, site, category }: AuditLogPlace,
  env: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const { SECONDSITE_SPOOL, XDG_STATE_HOME, KUBERNETES_SERVICE_HOST } = env;
  if (!SECONDSITE_SPOOL && KUBERNETES_SERVICE_HOST) return undefined;
  const root =
    SECONDSITE_SPOOL || join(XDG_STATE_HOME || join(homedir(), ".local/state"), "secondsite", "audit");
  return join(root, bucket, site, category);
}
