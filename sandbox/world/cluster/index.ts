import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { RegionPlace } from "../../address.js";
import { WorldError } from "../../errors.js";
import type { Say } from "../../progress.js";
import type { Ca } from "../ca.js";
import { type LaunchOptions, launch, start } from "../launch.js";
import { isAlive } from "../processes.js";
import { run } from "../run.js";
import { together } from "../together.js";
import type { World } from "../world.js";
import { bootstrap, nodeReady } from "./bootstrap.js";
import { cloudController } from "./cloud-controller/program.js";
import { clusterFiles, containerdSocket } from "./files.js";
import { provideImages } from "./images.js";
import { type ClusterPki, clusterPki } from "./pki.js";
import {
  apiServer,
  type ClusterParts,
  containerd,
  controllerManager,
  etcd,
  kubelet,
  proxy,
  scheduler,
} from "./programs.js";

/** Folder of a cluster's keys and certificates. */
export const pkiDir = (world: World, place: RegionPlace): string =>
  join(world.paths.place(place.namespace), "pki");

/** Issues a cluster's keys and certificates; done before anything of it starts. */
export async function prepareCluster(world: World, ca: Ca, place: RegionPlace): Promise<ClusterPki> {
  return clusterPki(ca, place, pkiDir(world, place));
}

/**
 * Starts a one-node Kubernetes cluster in a region's place and waits until its node is Ready.
 *
 * What a former cluster left in the region's folder (etcd, volumes, images, containers) it goes on with.
 */
export async function startCluster(
  world: World,
  place: RegionPlace,
  pki: ClusterPki,
  outside: LaunchOptions,
  say: Say,
): Promise<void> {
  const { tools, paths } = world;
  const dir = paths.place(place.namespace);
  const files = await clusterFiles(tools, place, pki, dir);
  const auditLog = paths.log(place.namespace, "audit");
  await mkdir(dirname(auditLog), { recursive: true });
  const parts: ClusterParts = { tools, place, pki, files, caFile: paths.caFile, auditLog };

  await together(outside.signal, (signal) => {
    const options = { ...outside, signal };
    return [
      (async () => {
        await start(etcd(parts), options);
        await launch(apiServer(parts), options);
        say("API server answers");
        await Promise.all([
          start(controllerManager(parts), options),
          start(scheduler(parts), options),
          start(proxy(parts), options),
          bootstrap(pki.kubeconfigs.admin, place),
        ]);
        await start(cloudController({ kubeconfig: pki.kubeconfigs.admin, place, volumes: files.volumes }), {
          ...options,
          // The programs of the project itself may stand anywhere, also in a folder that the mounts cover.
          mounts: false,
        });
      })(),
      (async () => {
        await importImages(world, parts, options);
        say("images are on its disk");
        const inside = ["nsenter", `--mount=${paths.mounts(place.namespace)}`, "--"] as const;
        await launch(containerd(parts, inside), options);
      })(),
    ];
  });
  await start(kubelet(parts), outside);
  await nodeReady(pki.kubeconfigs.admin, place, outside);
  say("node Ready");
}

/** Puts the world's images on the node's disk; needs nothing else of the cluster. */
async function importImages(world: World, parts: ClusterParts, options: LaunchOptions): Promise<void> {
  const { tools, images, paths } = world;
  const inside = ["nsenter", `--mount=${paths.mounts(options.namespace)}`, "--"] as const;
  const ctr = [...inside, tools.ctr, "--address", containerdSocket, "--namespace", "k8s.io"] as const;
  await provideImages(images, {
    root: join(paths.place(options.namespace), "containerd"),
    withContainerd: async (work) => {
      const id = await launch(containerd(parts, inside), options);
      await work(async (tar) => {
        await run([...ctr, "images", "import", tar]);
      });
      // Politely, so that its databases are whole.
      process.kill(id.pid, "SIGTERM");
      const deadline = performance.now() + 10_000;
      while (isAlive(id)) {
        if (performance.now() > deadline) throw new WorldError("containerd did not end after SIGTERM");
        await sleep(20);
      }
    },
  });
}
