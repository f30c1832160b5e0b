import { Resolver } from "node:dns/promises";

import type { Program } from "../program.js";
import type { WorldTools } from "./tools.js";

/** CoreDNS on one address of a place. */
export function resolver(tools: WorldTools, corefile: string, address: string): Program {
  return {
    name: "resolver",
    argv: [tools.coredns, "-conf", corefile],
    ready: async () => {
      const client = new Resolver({ timeout: 500, tries: 1 });
      client.setServers([address]);
      try {
        await client.resolve4("sts.amazonaws.com");
        return true;
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ECONNREFUSED" || code === "ETIMEOUT" || code === "EHOSTUNREACH") return false;
        throw error;
      }
    },
  };
}
