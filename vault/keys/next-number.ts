/** The highest number that a key's name, or that of what wraps it anew, has room for. */
const last = 999_999;

/**
 * The number of the next object of a numbered kind.
 *
 * It is the one after the newest. Where an object lies under the last number, which somebody put there, it is the highest
 * that is free: no single object may keep the next backup from its key.
 *
 * @param taken numbers under which something lies, whatever it is
 */
export function nextNumber(taken: readonly number[]): number {
  const newest = taken.reduce((most, one) => Math.max(most, one), 0);
  if (newest < last) return newest + 1;
  const those = new Set(taken);
  let free = last;
  while (those.has(free)) free -= 1;
  return free;
}
