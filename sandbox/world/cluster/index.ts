import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { RegionPlace } from "../../address.js";
import type { Say } from "../../progress.js";
import type { Ca } from "../ca.js";
import { type LaunchOptions, launch, start } from "../launch.js";
import { run } from "../run.js";
import { together } from "../together.js";
import type { World } from "../world.js";
import { bootstrap, nodeReady } from "./bootstrap.js";
import { cloudController } from "./cloud-controller/program.js";
import { clusterFiles, containerdSocket } from "./files.js";
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
        const inside = ["nsenter", `--mount=${paths.mounts(place.namespace)}`, "--"] as const;
        await launch(containerd(parts, inside), options);
        await importImages(world, place, inside);
        say("images imported");
      })(),
    ];
  });
  await start(kubelet(parts), outside);
  await nodeReady(pki.kubeconfigs.admin, place, outside);
  say("node Ready");
}

/** Imports what the region's disk does not hold yet. */
async function importImages(
  { tools, images, paths }: World,
  place: RegionPlace,
  inside: readonly [string, ...string[]],
): Promise<void> {
  const done = join(paths.place(place.namespace), "images-imported");
  const wanted = JSON.stringify(images);
  const { readFile } = await import("node:fs/promises");
  const before = await readFile(done, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (before === wanted) return;
  for (const image of images) {
    await run([
      ...inside,
      tools.ctr,
      "--address",
      containerdSocket,
      "--namespace",
      "k8s.io",
      "images",
      "import",
      image,
    ]);
  }
  await writeFile(done, wanted);
}
