/** A version of Pulumi as numbers: `v3.220.0`. Undefined for what is none. */
function numbersOf(version: string): readonly number[] | undefined {
  const [, major, minor, patch] = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version) ?? [];
  return major === undefined ? undefined : [major, minor, patch].map(Number);
}

/** Whether one version is older than another; what is no version is not. */
export function isOlder(one: string, other: string): boolean {
  const [own, theirs] = [numbersOf(one), numbersOf(other)];
  if (!own || !theirs) return false;
  const differs = own.findIndex((number, index) => number !== theirs[index]);
  return differs >= 0 && (own[differs] ?? 0) < (theirs[differs] ?? 0);
}

/** The newest of some versions; undefined when none is one. */
export const newest = (versions: readonly string[]): string | undefined =>
  versions
    .filter((version) => numbersOf(version) !== undefined)
    .reduce<string | undefined>(
      (best, one) => (best === undefined || isOlder(best, one) ? one : best),
      undefined,
    );
