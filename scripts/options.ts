import { EngineError } from "../engines/errors.js";

/** A number of seconds as an option gives it. @throws EngineError (2) when it is none */
export function secondsGiven(option: string, text: string): number {
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0)
    throw new EngineError(`${option} takes a number of seconds above 0, got "${text}"`, 2);
  return seconds;
}
