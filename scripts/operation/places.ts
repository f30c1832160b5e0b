import { homedir } from "node:os";
import { join } from "node:path";

import type { AuditLogPlace, KeptAt, Plan } from "../../plan/index.js";
import { type AnchorPlace, type AuditLog, s3Store } from "../../vault/index.js";

/** A log and what holds its head, opened; nothing is asked yet. */
export interface OpenedAudit {
  readonly log: AuditLog;
  readonly anchors?: AnchorPlace;
}

/** Opens a log. */
export function openAudit(plan: Plan, place: AuditLogPlace): OpenedAudit {
  const { name, anchors } = place;
  const opened = (at: KeptAt) => ({ store: storeAt(plan, at), prefix: at.prefix, name });
  return { log: opened(place), ...(anchors ? { anchors: opened(anchors) } : {}) };
}

/** Gives up sooner than stores of data do: nobody waits for a record. */
function storeAt(plan: Plan, { site, bucket, region }: KeptAt) {
  const found = plan.sites[site];
  const endpoint = found?.kind === "object-store" ? found.endpoint : undefined;
  return s3Store({
    ...{ bucket, region, attempts: 2, idleTimeout: 5_000 },
    ...(endpoint === undefined ? {} : { endpoint }),
  });
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
