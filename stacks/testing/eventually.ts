import { setTimeout as sleep } from "node:timers/promises";

/**
 * Waits until something holds.
 *
 * @param told what there is instead, for the message
 * @throws Error when it does not within `seconds`
 */
export async function eventually(
  holds: () => Promise<boolean>,
  seconds: number,
  what?: string,
  told?: () => Promise<string>,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline)
      throw new Error(`did not hold within ${seconds} s: ${what ?? holds}${told ? `\n${await told()}` : ""}`);
    await sleep(500);
  }
}
