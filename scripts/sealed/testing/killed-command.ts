import { spawn } from "node:child_process";
import { type FSWatcher, watch } from "node:fs";
import { join } from "node:path";

import type { StoreCall, StoreGate } from "./store-gate.js";

/** When a command is killed. */
export type Moment =
  /** At a boundary of the S3 server's nth call of a step. */
  | (StoreCall & { readonly at: "call"; readonly nth: number })
  /** When for the nth time a file has begun or ended in the folder where a disk's copy is written aside. */
  | { readonly at: "file"; readonly nth: number }
  /** Milliseconds after the first call; after the start, where nobody watches calls. */
  | { readonly at: "time"; readonly after: number };

/** What became of it. */
export interface KilledCommand {
  /** False when it had ended before the moment came. */
  readonly killed: boolean;
  /** Its process group, in which nothing may be left. */
  readonly group: number;
  /** What it had printed by then. */
  readonly out: string;
  readonly err: string;
}

const root = join(import.meta.dirname, "../../..");

/**
 * Runs a command as people do, in a process group of its own, and kills the whole group at a moment.
 *
 * @param gate in front of the S3 server; undefined where no moment is one of its calls
 * @param aside folder in which a disk's copy is written aside; it has to exist
 */
export async function killedCommand(
  args: readonly string[],
  moment: Moment,
  gate: Pick<StoreGate, "watchedBy"> | undefined,
  aside: string,
): Promise<KilledCommand> {
  const child = spawn(process.execPath, ["scripts/bin/secondsite.mjs", ...args], {
    ...{ cwd: root, detached: true, stdio: ["ignore", "pipe", "pipe"] },
  });
  const group = child.pid ?? 0;
  let [out, err] = ["", ""];
  child.stdout?.on("data", (text) => {
    out += text;
  });
  child.stderr?.on("data", (text) => {
    err += text;
  });
  let killed = false;
  let ended = false;
  const kill = () => {
    if (ended || killed) return killed;
    killed = true;
    process.kill(-group, "SIGKILL");
    return true;
  };
  let timer: NodeJS.Timeout | undefined;
  let counted = 0;
  if (!gate && moment.at === "time") timer = setTimeout(kill, moment.after);
  gate?.watchedBy(({ step, when }) => {
    if (moment.at === "time") timer ??= setTimeout(kill, moment.after);
    if (moment.at !== "call" || step !== moment.step || when !== moment.when) return killed;
    counted += 1;
    return counted === moment.nth ? kill() : killed;
  });
  const watcher: FSWatcher | undefined = moment.at === "file" ? watch(aside) : undefined;
  watcher?.on("change", () => {
    counted += 1;
    if (moment.at === "file" && counted === moment.nth) kill();
  });
  await new Promise<void>((resolve) => child.once("close", () => resolve()));
  ended = true;
  clearTimeout(timer);
  watcher?.close();
  gate?.watchedBy(() => false);
  return { killed, group, out, err };
}
