import { type HeadCopy, keepHeads } from "../../vault/index.js";

/**
 * Keeps the ends of the copies' chains at each other, after something was added to them. Nothing depends on it: what does not
 * go well is said, and the next run does it again.
 */
export async function endsKept(copies: readonly HeadCopy[], say: (line: string) => void): Promise<void> {
  if (copies.length < 2) return;
  for (const problem of await keepHeads(copies)) say(problem);
}
