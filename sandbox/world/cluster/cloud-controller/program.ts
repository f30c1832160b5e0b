import type { RegionPlace } from "../../../address.js";
import { ownProgram } from "../../../bundled/index.js";
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
    argv: ownProgram(
      new URL("./main.ts", import.meta.url),
      ...[kubeconfig, place.region, place.node, volumes],
    ),
  };
}
