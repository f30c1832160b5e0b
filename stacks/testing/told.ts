import { execa } from "execa";

import type { WorldSpec } from "../../sandbox/address.js";
import type { Kubectl } from "./jobs.js";
import { logOf } from "./logs.js";

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly ready: boolean }[];
  };
}

/**
 * For a failure's message: what Pods of a namespace are like, the last that those said which are not ready, and what
 * their node says of them and runs for them.
 */
export async function podsTold(kubectl: Kubectl, spec: WorldSpec, region: string): Promise<string> {
  const { output } = await kubectl("get", "pods", "--output=json");
  const waiting = (JSON.parse(output) as { items: Pod[] }).items.filter(
    ({ status: { phase, containerStatuses = [] } }) =>
      phase !== "Succeeded" &&
      (containerStatuses.length === 0 || containerStatuses.some(({ ready }) => !ready)),
  );
  const logs = waiting.flatMap(({ metadata: { name } }) =>
    [[], ["--previous"]].map(async (which) => {
      const said = await kubectl("logs", name, "--all-containers", "--prefix", "--tail=15", ...which);
      return `${name} ${which.join("")}\n${said.output}`;
    }),
  );
  const marks = waiting.flatMap(({ metadata: { name, uid } }) => [name, uid]);
  return [
    (await kubectl("get", "pods")).output,
    ...(await Promise.all(logs)),
    (await kubectl("get", "events", "--sort-by=.metadata.creationTimestamp")).output,
    ...(await Promise.all(
      ["kubelet", "containerd"].map((program) => nodeSaid(spec, region, program, marks)),
    )),
    await containerProcesses(),
  ].join("\n");
}

/** The last that a program of a region's node logged about what has one of these marks. */
async function nodeSaid(spec: WorldSpec, region: string, program: string, marks: readonly string[]) {
  const about = (await logOf(spec, region, program))
    .split("\n")
    .filter((line) => !/volume/i.test(line) && marks.some((mark) => line.includes(mark)));
  return `${program}:\n${about.slice(-25).join("\n")}`;
}

/** What runs containers on this machine, and where in the kernel it waits. */
async function containerProcesses(): Promise<string> {
  const { stdout } = await execa("ps", ["-eo", "pid,ppid,stat,wchan:24,etimes,args"]);
  return stdout
    .split("\n")
    .filter((line) => /WCHAN|runc|containerd-shim/.test(line))
    .map((line) => line.slice(0, 200))
    .join("\n");
}
