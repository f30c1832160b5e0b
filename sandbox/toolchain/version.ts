import { coerce, satisfies } from "semver";

/** Whether a version as a program or distribution writes it (`1.6.20~ds1`, `15.18`) is in a semver range. */
export function accepts(range: string, version: string): boolean {
  const read = coerce(version);
  return read !== null && satisfies(read, range);
}

/** The first version number in a program's output; undefined when it prints none. */
export function findVersion(output: string): string | undefined {
  return /\d+\.\d+(?:\.\d+)*/.exec(output)?.[0];
}
