import { EngineError } from "../../engines/errors.js";
import { type AuditLogPlace, auditLogs, hasBucket, type Plan } from "../../plan/index.js";
import {
  type Access,
  type AuditFault,
  type AuditRecord,
  anchoredUpTo,
  checkAudit,
  placesGiven,
  readAnchors,
  readLog,
} from "../../vault/index.js";
import { type OpenedAudit, openAudit } from "../operation/places.js";

/** One log as found. */
export interface ReadAudit {
  /** `chat/virginia/customer`. */
  readonly log: string;
  readonly site: string;
  /** Where its head is kept outside. */
  readonly anchoredAt?: string;
  /** Number of the newest record that is held from outside; 0 when none is. */
  readonly anchoredUpTo: number;
  /** The newest record as stored: what to compare with a head that was noted elsewhere. */
  readonly head?: { readonly sequence: number; readonly sha256: string };
  readonly records: readonly AuditRecord[];
  /** What is wrong, the first bad record first. */
  readonly faults: readonly AuditFault[];
  /** Why it, or what holds its head, does not answer. */
  readonly unreachable?: string;
}

/** Which logs are read. */
export interface ReadOptions {
  /** Only this site's. @default all */
  readonly site?: string | undefined;
  /** What `--store` says. */
  readonly store?: readonly string[] | undefined;
}

/**
 * Reads and checks the audit logs of a plan; one that does not answer says so and hides no other.
 *
 * @throws EngineError (2) when there is none, or none at the site
 */
export async function readAudits(
  plan: Plan,
  { site, store = [] }: ReadOptions,
  open: (plan: Plan, place: AuditLogPlace, places: Access["places"]) => OpenedAudit = openAudit,
): Promise<ReadAudit[]> {
  const places = placesGiven(plan, store);
  const all = auditLogs(plan).filter((log) => log.site in places || hasBucket(plan, log.site));
  const wanted = all.filter((log) => site === undefined || log.site === site);
  if (wanted.length === 0)
    throw new EngineError(
      site === undefined
        ? `plan "${plan.name}" has no audit log that is reached from here`
        : `site "${site}" has no audit log that is reached from here; these have one: ${[...new Set(all.map((log) => log.site))].join(", ") || "none"}`,
      2,
      "--store <site>=<folder> says where one without a bucket is",
    );
  return Promise.all(wanted.map((place) => readOne(place, open(plan, place, places))));
}

async function readOne(place: AuditLogPlace, { log, anchors }: OpenedAudit): Promise<ReadAudit> {
  const [found, held] = await Promise.allSettled([readLog(log), anchors ? readAnchors(anchors) : []]);
  const silent = [found, held].flatMap((one) =>
    one.status === "rejected" ? [one.reason instanceof Error ? one.reason.message : String(one.reason)] : [],
  );
  const records = found.status === "fulfilled" ? found.value : [];
  const known = held.status === "fulfilled" ? held.value : [];
  const newest = records.findLast(({ number }) => number !== undefined);
  return {
    ...{ log: place.name, site: place.site },
    ...(anchors && place.anchors ? { anchoredAt: place.anchors.site } : {}),
    anchoredUpTo: anchoredUpTo(known),
    ...(newest?.number ? { head: { sequence: newest.number, sha256: newest.sha256 } } : {}),
    records: records.flatMap(({ record }) => (record ? [record] : [])),
    // Without the log there is nothing to be held against anchors.
    faults: found.status === "fulfilled" ? checkAudit(records, known, log) : [],
    ...(silent.length > 0 ? { unreachable: silent.join("; ") } : {}),
  };
}
