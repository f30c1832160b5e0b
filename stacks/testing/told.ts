import type { Kubectl } from "./jobs.js";

interface Pod {
  readonly metadata: { readonly name: string };
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly ready: boolean }[];
  };
}

/** What Pods of a namespace are like, and the last that those said which are not ready: for a failure's message. */
export async function podsTold(kubectl: Kubectl): Promise<string> {
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
  return [(await kubectl("get", "pods")).output, ...(await Promise.all(logs))].join("\n");
}
