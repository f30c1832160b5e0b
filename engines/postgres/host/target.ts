import { EngineError } from "../../errors.js";
import { type Moment, parseMoment } from "../../moment.js";

/** How far a restore replays the log. */
export type RecoveryTarget =
  /** As far as it was stored. */
  | { readonly kind: "latest" }
  /** No further than the backup's own end. */
  | { readonly kind: "end" }
  /** All that was committed by then, and nothing later. */
  | { readonly kind: "time"; readonly moment: Moment }
  /** Up to this position, with the record that is there. */
  | { readonly kind: "lsn"; readonly lsn: string }
  /** Up to the end of this transaction, with it. */
  | { readonly kind: "xid"; readonly xid: string }
  /** Up to a restore point, by the name that pg_create_restore_point gave it. */
  | { readonly kind: "name"; readonly name: string };

/** What somebody asks for: at most one of them, and perhaps the backup to start from. */
export interface TargetWish {
  /** A moment as ISO 8601 with its zone. */
  readonly at?: string | undefined;
  readonly lsn?: string | undefined;
  readonly xid?: string | undefined;
  readonly restorePoint?: string | undefined;
  /** Label of the backup to start from. Alone: its own end. */
  readonly point?: string | undefined;
}

/** Reads it. @throws EngineError (2) when something is none, or there are two */
export function targetOf({ at, lsn, xid, restorePoint, point }: TargetWish): RecoveryTarget {
  const given = Object.entries({ at, lsn, xid, "restore-point": restorePoint }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`],
  );
  if (given.length > 1)
    throw new EngineError(`${given.join(" and ")} say several things: give one of them`, 2);
  if (at !== undefined) return { kind: "time", moment: parseMoment(at) };
  if (lsn !== undefined) {
    if (!/^[0-9A-Fa-f]{1,8}\/[0-9A-Fa-f]{1,8}$/.test(lsn))
      throw new EngineError(`--lsn takes a position in the log such as 0/3000100, got "${lsn}"`, 2);
    return { kind: "lsn", lsn: lsn.toUpperCase() };
  }
  if (xid !== undefined) {
    // 0 to 2 are PostgreSQL's own.
    if (!/^\d{1,19}$/.test(xid) || BigInt(xid) < 3n)
      throw new EngineError(`--xid takes a transaction's number from 3, got "${xid}"`, 2);
    return { kind: "xid", xid };
  }
  if (restorePoint !== undefined) {
    if (restorePoint === "" || Buffer.byteLength(restorePoint) > 63 || /[\p{Cc}']/u.test(restorePoint))
      throw new EngineError(
        `--restore-point takes a name of 1 to 63 bytes without quotes, got "${restorePoint}"`,
        2,
      );
    return { kind: "name", name: restorePoint };
  }
  return point === undefined ? { kind: "latest" } : { kind: "end" };
}

/** The target in pgBackRest's words. @param timeline to follow. @default the newest */
export function targetOptions(target: RecoveryTarget, timeline?: number): string[] {
  return [
    ...type(target),
    ...(target.kind === "latest" ? [] : ["--target-action=promote"]),
    // What a backup's own end is does not depend on what came after it.
    ...(timeline === undefined || target.kind === "end" ? [] : [`--target-timeline=${timeline}`]),
  ];
}

function type(target: RecoveryTarget): string[] {
  switch (target.kind) {
    case "latest":
      return ["--type=default"];
    case "end":
      return ["--type=immediate"];
    case "time":
      return ["--type=time", `--target=${target.moment.postgres}`];
    case "lsn":
      return ["--type=lsn", `--target=${target.lsn}`];
    case "xid":
      return ["--type=xid", `--target=${target.xid}`];
    case "name":
      return ["--type=name", `--target=${target.name}`];
  }
}

/** The target for people. */
export function targetInWords(target: RecoveryTarget): string {
  switch (target.kind) {
    case "latest":
      return "the newest stored log";
    case "end":
      return "its own end";
    case "time":
      return `${target.moment.iso}, by the log`;
    case "lsn":
      return `position ${target.lsn} of the log`;
    case "xid":
      return `the end of transaction ${target.xid}`;
    case "name":
      return `restore point "${target.name}"`;
  }
}
