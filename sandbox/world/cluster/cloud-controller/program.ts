import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";

import type { RegionPlace } from "../../../address.js";
import type { Program } from "../../../program.js";

/** What the cloud's side of a cluster needs to know. */
export interface CloudControllerOptions {
  readonly kubeconfig: string;
  readonly place: RegionPlace;
  /** Folder that holds the region's volumes. */
  readonly volumes: string;
}

/** The cloud's part in a cluster: makes volumes for claims and gives load balancers an address. */
export function cloudController({ kubeconfig, place, volumes }: CloudControllerOptions): Program {
  return {
    name: "cloud-controller",
    argv: [
      process.execPath,
      "--import",
      pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href,
      fileURLToPath(new URL("./main.ts", import.meta.url)),
      kubeconfig,
      place.region,
      place.node,
      volumes,
    ],
  };
}
