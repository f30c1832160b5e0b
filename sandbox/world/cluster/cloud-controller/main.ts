import { KubeConfig } from "@kubernetes/client-node";

import { serveLoadBalancers } from "./load-balancers.js";
import { serveVolumes } from "./volumes.js";

/** Entry of the program: KUBECONFIG NODE ADDRESS VOLUMES. */
const [kubeconfig, node, address, volumes] = process.argv.slice(2);
if (!kubeconfig || !node || !address || !volumes) {
  throw new TypeError("cloud-controller: arguments are KUBECONFIG NODE ADDRESS VOLUMES");
}
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
await Promise.all([serveVolumes(config, { node, volumes }), serveLoadBalancers(config, address)]);
