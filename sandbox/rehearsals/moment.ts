/**
 * The moment within an interval that a seed names. Consecutive seeds are spread evenly: each next one is a golden
 * section further, so that ten of them leave no part of the interval untried.
 *
 * @param interval in seconds.
 */
export function momentOf(seed: number, interval: number): number {
  const golden = (Math.sqrt(5) - 1) / 2;
  return ((seed * golden) % 1) * interval;
}
