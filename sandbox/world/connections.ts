import type { Program } from "../program.js";
import type { WorldTools } from "./tools.js";

/** Writes every new connection that a namespace sees to its log: the node's own and its Pods'. */
export function connectionRecorder(tools: WorldTools): Program {
  return {
    name: "connections",
    argv: [
      tools.conntrack,
      "--event",
      "--event-mask",
      "NEW",
      "--output",
      "timestamp,extended",
      // A burst must not be lost: 8 MiB of events.
      "--buffer-size",
      "8388608",
    ],
  };
}
