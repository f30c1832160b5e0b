import type { ChildProcess } from "node:child_process";
import { setTimeout as pause } from "node:timers/promises";

/**
 * Kills a program some time after its first line: at a moment that nobody chose. One that was quicker has ended by itself.
 *
 * @param child leader of a process group of its own
 * @param delay milliseconds
 * @param tree all that it started dies in the same moment. @default true
 * @throws when it ends before it says anything
 */
export async function killedAfter(child: ChildProcess, delay: number, tree = true): Promise<void> {
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const begun = new Promise<boolean>((resolve) => child.stdout?.once("data", () => resolve(true)));
  if (!(await Promise.race([begun, exited.then(() => false)]))) throw new Error("it ended before it began");
  await pause(delay);
  try {
    process.kill(tree ? -(child.pid ?? 0) : (child.pid ?? 0), "SIGKILL");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
  await exited;
}
