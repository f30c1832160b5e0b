import { EngineError } from "../engines/errors.js";

/** A number of seconds as an option gives it. @throws EngineError (2) when it is none */
export function secondsGiven(option: string, text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new EngineError(`${option} takes a number of seconds above 0, got "${text}"`, 2);
  return seconds;
}

/** A day as an option gives it, at its start in UTC. @throws EngineError (2) when it is none */
export function dateGiven(option: string, text: string): Date {
  const day = new Date(`${text}T00:00:00Z`);
  // A day that no month has is read as one of the next: it does not come back as it was.
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text)
    throw new EngineError(`${option} takes a day such as "2026-03-01", got "${text}"`, 2);
  return day;
}
