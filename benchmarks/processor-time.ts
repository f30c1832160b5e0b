import { readdirSync, readFileSync } from "node:fs";

/** The kernel counts in hundredths of a second, on every platform that Node runs on. */
const ticks = 100;

/** Seconds of CPU that processes and all that they started have used, those that ended and were waited for included. */
export function processorTime(...pids: readonly number[]): number {
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)) ?? []);
  const within = new Set(pids);
  for (let before = -1; before !== within.size; ) {
    before = within.size;
    for (const { pid, parent } of all) if (within.has(parent)) within.add(pid);
  }
  return all.filter(({ pid }) => within.has(pid)).reduce((sum, { seconds }) => sum + seconds, 0);
}

function statOf(pid: number) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name is in parentheses and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const used = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), seconds: used / ticks };
  } catch {
    // It ended meanwhile; whoever waited for it has its time.
    return undefined;
  }
}
