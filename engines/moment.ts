import { z } from "zod";

import { EngineError } from "./errors.js";

/** A moment that somebody chose, to the microsecond: commits are stamped that finely. */
export interface Moment {
  /** Microseconds since 1970. */
  readonly micros: number;
  /** The same as PostgreSQL reads it, in UTC. */
  readonly postgres: string;
  /** The same as ISO 8601, in UTC. */
  readonly iso: string;
}

/** The first moment that is too late to be read, in milliseconds since 1970. */
const end = Date.UTC(2201, 0, 1);

const isoWithZone = z.iso.datetime({ offset: true });

/**
 * Reads a time as ISO 8601 with its zone: without one it could be meant in anybody's.
 *
 * @throws EngineError (2) when it is none, no such date exists, it is finer than a microsecond, or not of the years 1970 to
 *   2200 in UTC
 */
export function parseMoment(text: string): Moment {
  const [, fraction = ""] = /[.](\d+)/.exec(text) ?? [];
  if (!isoWithZone.safeParse(text).success || fraction.length > 6)
    throw new EngineError(
      `"${text}" is not a time as ISO 8601 with its zone, at most to the microsecond`,
      2,
      `write for example "${new Date().toISOString()}" or "2026-03-01T14:30:00+01:00"`,
    );
  // Date knows milliseconds only: whole seconds by it, the fraction as it was written.
  const seconds = Date.parse(text.replace(/[.]\d+/, ""));
  // Beyond, microseconds are no exact numbers any more, and a year may have five digits.
  if (seconds < 0 || seconds >= end)
    throw new EngineError(`"${text}" is no time of the years 1970 to 2200 in UTC`, 2);
  const rest = Number(fraction.padEnd(6, "0"));
  return momentAt(seconds * 1_000 + rest);
}

/** The moment that many microseconds after 1970. */
export function momentAt(micros: number): Moment {
  const whole = new Date(Math.floor(micros / 1_000_000) * 1_000).toISOString().slice(0, 19);
  const fraction = String(micros % 1_000_000).padStart(6, "0");
  return {
    micros,
    postgres: `${whole.replace("T", " ")}.${fraction}+00`,
    iso: `${whole}.${fraction}Z`,
  };
}

/** Microseconds of an ISO 8601 time as manifests hold it. */
export const microsOf = (iso: string): number => parseMoment(iso).micros;
