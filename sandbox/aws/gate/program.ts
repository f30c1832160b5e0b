import { ownProgram } from "../../bundled/index.js";
import type { Program } from "../../program.js";
import { listening } from "../listening.js";
import type { GateSettings } from "./settings.js";

/** What a gate is started with. */
export type GateOptions = GateSettings;

/**
 * AWS's endpoints in one region, port 443: ends TLS and forwards to ministack what that region may answer.
 *
 * To be run in the region's namespace, so that it is lost with the region.
 */
export function gate(options: GateOptions): Program {
  return {
    name: `gate-${options.region}`,
    argv: ownProgram(new URL("./main.ts", import.meta.url), JSON.stringify(options)),
    ready: () => listening(options.address, 443),
  };
}
