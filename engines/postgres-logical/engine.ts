import type { Engine } from "../engine.js";
import { capture, type LogicalSource } from "./capture.js";
import { type LogicalPoint, parsePoint } from "./point.js";
import { type Restored, type RestoreOptions, restoreDatabase } from "./restore.js";
import type { LogicalTarget } from "./target.js";
import { type VerifyOptions, verify } from "./verify.js";

/** PostgreSQL by its own dump: portable across versions and machines, one moment a point, nothing replays onto it. */
export function logicalEngine(
  options: RestoreOptions & VerifyOptions = {},
): Engine<LogicalSource, LogicalPoint, LogicalTarget, Restored> {
  return {
    name: "postgres-logical",
    capabilities: { incremental: false, pointInTime: false, needsQuiescence: false, appendable: false },
    parse: parsePoint,
    facts: ({ label, startedAt, finishedAt, source, tool, restore, omitted }) => ({
      ...{ label, startedAt, finishedAt, tool, restore },
      at: source.at,
      source: {
        ...{ engine: "postgresql", version: source.version, database: source.database },
        ...{ systemIdentifier: source.systemIdentifier, lsn: source.lsn, snapshot: source.snapshot },
        at: source.at,
        ...(omitted.length > 0 ? { omitted: omitted.join(", ") } : {}),
      },
      bytes: source.bytes,
    }),
    capture,
    verify: (point, parts, level, run) => verify(point, parts, level, run, options),
    restore: (point, parts, target, run) => restoreDatabase(point, parts, target, run, options),
  };
}
