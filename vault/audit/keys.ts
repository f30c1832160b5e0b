import { manifestKey } from "../manifest.js";

/** Numbers in a folder: one request lists them all. */
const perFolder = 1000;

/**
 * Key of a number below a prefix: `00001/00001234.json`, which sorts by number.
 *
 * A folder for each thousand numbers, so that the newest is found in two requests however long the log is. The folder
 * follows from the number and not from the date: at New Year, or under a wrong clock, a year in the key would let
 * two writers use the same number twice.
 */
export const numberedKey = (prefix: string, sequence: number): string =>
  manifestKey(`${prefix}${folderOf(sequence)}/`, sequence);

/** A key's number; undefined when it is none of the prefix's keys. */
export function numberOf(prefix: string, key: string): number | undefined {
  const digits = /(\d{8})\.json$/.exec(key)?.[1];
  const number = digits === undefined ? 0 : Number(digits);
  return number > 0 && numberedKey(prefix, number) === key ? number : undefined;
}

/** Whether a folder's name can hold numbered keys. */
export const isNumberFolder = (name: string): boolean => /^\d{5}$/.test(name);

const folderOf = (sequence: number) => String(Math.floor(sequence / perFolder)).padStart(5, "0");
