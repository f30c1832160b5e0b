import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** One process, told apart from a later one with the same pid by its start time. */
export interface ProcessId {
  readonly pid: number;
  /** Field 22 of `/proc/PID/stat`: clock ticks since boot. */
  readonly startTime: number;
}

/** One running process as the kernel shows it. */
export interface RunningProcess extends ProcessId {
  readonly parent: number;
  /** Identity of its network namespace, for example `net:[4026531840]`. */
  readonly network: string;
  /** Lines of `/proc/PID/cgroup`. */
  readonly cgroups: string;
}

/** Reads a process's parent and start time; undefined when it is gone or a zombie. */
export function processStat(pid: number): (ProcessId & { readonly parent: number }) | undefined {
  const stat = readOrUndefined(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (stat === undefined) return undefined;
  // The second field, the name, may hold spaces and parentheses: fields are counted from its end.
  const [state, parent, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X") return undefined;
  return { pid, parent: Number(parent), startTime: Number(rest[17]) };
}

/** Whether exactly this process still runs. */
export function isAlive({ pid, startTime }: ProcessId): boolean {
  return processStat(pid)?.startTime === startTime;
}

/** Every process of the machine. */
export function allProcesses(): RunningProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const pid = Number(name);
      const stat = processStat(pid);
      const network = readOrUndefined(() => readlinkSync(`/proc/${pid}/ns/net`));
      const cgroups = readOrUndefined(() => readFileSync(`/proc/${pid}/cgroup`, "utf8"));
      return stat && network && cgroups !== undefined ? [{ ...stat, network, cgroups }] : [];
    });
}

/** Sends SIGKILL unless the process is gone or its pid belongs to another one by now. */
export function kill(id: ProcessId): void {
  if (!isAlive(id)) return;
  try {
    process.kill(id.pid, "SIGKILL");
  } catch (error) {
    // It ended between the look and the signal: what we wanted.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Command line of a process, for messages; empty when it is gone. */
export function commandLine(pid: number): string {
  return (readOrUndefined(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "")
    .replaceAll("\0", " ")
    .trim();
}

/** Environment of a process as `NAME=value` entries; empty when it is gone. */
export function environment(pid: number): readonly string[] {
  return (readOrUndefined(() => readFileSync(`/proc/${pid}/environ`, "utf8")) ?? "").split("\0");
}

/** Processes come and go while we look: a file of one that is gone is no error. */
function readOrUndefined(read: () => string): string | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return undefined;
    throw error;
  }
}
