import { Option } from "@commander-js/extra-typings";

import { EngineError } from "../engines/errors.js";

/** `--metrics`: where figures go. */
export const metricsOption = () =>
  new Option(
    "--metrics <file>",
    "file for node_exporter's textfile collector: figures are merged into it",
  ).env("SECONDSITE_METRICS_FILE");

const longestWait = 7 * 86_400;

/** A number of seconds as an option gives it. @throws EngineError (2) when it is none */
export function secondsGiven(option: string, text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : 0;
  if (seconds <= 0 || seconds > longestWait)
    throw new EngineError(`${option} takes a number of seconds above 0, at most a week, got "${text}"`, 2);
  return seconds;
}

/** A day as an option gives it, at its start in UTC. @throws EngineError (2) when it is none */
export function dateGiven(option: string, text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  const year = day.getUTCFullYear();
  // A day that no month has is read as one of the next: it does not come back as it was.
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new EngineError(`${option} takes a day such as "2026-03-01", got "${text}"`, 2);
  if (year < 2000 || year > 2200)
    throw new EngineError(`${option} takes a day of the years 2000 to 2200, got "${text}"`, 2);
  return day;
}

/** A whole number as an option gives it, from `least` up to `most`. @throws EngineError (2) when it is none */
export function wholeGiven(option: string, text: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  throw new EngineError(`${option} takes a whole number ${range}, got "${text}"`, 2);
}
