import { existsSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { placesOf, type WorldSpec } from "../address.js";
import { SandboxInputError } from "../errors.js";
import { type Progress, silent } from "../progress.js";
import { cacheDir } from "../toolchain/index.js";
import { type Ca, ensureCa } from "./ca.js";
import { pkiDir } from "./cluster/index.js";
import { adminContext, kubeconfig } from "./cluster/pki.js";
import { connectionRecorder } from "./connections.js";
import { controlPlane } from "./corefile.js";
import { type LaunchOptions, launch, start } from "./launch.js";
import { checkMachine } from "./machine.js";
import { makeMounts } from "./mounts.js";
import { checkFree, makeBridge, makePlace } from "./network.js";
import { pathsOf } from "./paths.js";
import { record } from "./record.js";
import { startRegion, startResolver } from "./region.js";
import { run } from "./run.js";
import { checkSpec } from "./spec.js";
import { together } from "./together.js";
import { ensureWorldTools, type WorldTools } from "./tools.js";
import { saveWorld, type World, worldOf } from "./world.js";

/** What a world is started with. */
export interface UpOptions {
  /**
   * Images that its clusters hold, as docker-archive tars, or how to have them once it is sure that the world
   * can start. Clusters need one named `secondsite.local/pause:1`.
   */
  readonly images: readonly string[] | (() => Promise<readonly string[]>);
  /** @default silent */
  readonly progress?: Progress;
  /** Gives up; what was started by then stays until `down`. */
  readonly signal?: AbortSignal;
  /** @default had from the toolchain */
  readonly tools?: WorldTools;
}

/**
 * Starts a world: network, clusters, AWS, DNS. Resolves once all of it serves.
 *
 * @throws SandboxInputError when a world of that name is up.
 * @throws WorldError when the machine or a program fails; what was started by then stays for a look at its logs
 *   until `down`.
 */
export async function up(input: WorldSpec, options: UpOptions): Promise<World> {
  const spec = checkSpec(input);
  const { progress = silent } = options;
  const alreadyUp = new SandboxInputError(
    `sandbox "${spec.name}" is up already`,
    `secondsite sandbox down --name ${spec.name}`,
  );
  if (existsSync(pathsOf(spec.name).data)) throw alreadyUp;
  await checkMachine();
  checkFree(placesOf(spec));
  const ca = await worldCa();
  const [tools, images] = await Promise.all([
    options.tools ?? ensureWorldTools(progress),
    typeof options.images === "function" ? options.images() : options.images,
  ]);
  const world = worldOf({ spec, tools, caDir: dirname(ca.certFile), images });
  const { paths, places } = world;

  // Whoever makes the folder has the name; two that start at once don't share it.
  await mkdir(paths.data).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "EEXIST" ? alreadyUp : error;
  });
  await saveWorld(world);
  await record(paths.record, { kind: "directory", path: paths.data }, { kind: "directory", path: paths.run });
  await copyFile(ca.certFile, paths.caFile);
  await makeRunFolder(world);
  await makeBridge(tools, places, paths.record);
  await together(options.signal, (signal) => [
    progress.step("Cloud and DNS", () => startShared(world, signal)),
    ...places.regions.map((place) =>
      progress.step(`Region ${place.region}`, (say) => startRegion(world, ca, place, say, signal)),
    ),
  ]);
  await writeKubeconfig(world, ca);
  return world;
}

/** The CA of this user's worlds; the same one every time, so that images may trust it. */
export async function worldCa(): Promise<Ca> {
  return ensureCa(join(cacheDir(), "ca"));
}

/** Programs that belong to no region. */
async function startShared(world: World, outer: AbortSignal): Promise<void> {
  const { paths, places, tools, spec } = world;
  const { ministack, rootCredentials } = await import("../aws/index.js");
  const { cloud, dns, operator, customer } = places;
  for (const place of [cloud, dns, operator, customer]) {
    await makePlace(tools, places, place, paths.record);
    await mkdir(paths.place(place.namespace), { recursive: true });
  }
  const at = (namespace: string, signal: AbortSignal): LaunchOptions => ({
    paths,
    world: spec.name,
    namespace,
    signal,
  });
  const [address] = cloud.addresses;
  const [first, ...others] = places.regions;
  if (!address || !first) return;
  const home = controlPlane([first, ...others]).region;
  const cloudUrl = `http://${address}:4566`;
  await together(outer, (signal) => [
    (async () => {
      await launch(
        ministack({
          python: tools["ministack-python"],
          address,
          log: paths.log(cloud.namespace, "ministack-calls"),
          gates: Object.fromEntries(places.regions.map(({ region, gate }) => [region, gate])),
        }),
        at(cloud.namespace, signal),
      );
      const { route53 } = await import("../dns/index.js");
      const log = paths.log(dns.namespace, "route53-answers");
      await launch(
        route53({ address: dns.server, cloud: cloudUrl, credentials: rootCredentials, log }),
        at(dns.namespace, signal),
      );
    })(),
    ...[
      { place: operator, cache: false },
      { place: customer, cache: true },
    ].map(async ({ place, cache }) => {
      await makeMounts(paths, paths.record, place);
      await start(connectionRecorder(tools), at(place.namespace, signal));
      await startResolver(world, { address: place.resolver, sts: home, cache }, at(place.namespace, signal));
    }),
  ]);
}

async function writeKubeconfig(world: World, ca: Ca): Promise<void> {
  const contexts = await Promise.all(
    world.places.regions
      .filter(({ cluster }) => cluster)
      .map((place) => adminContext(place, ca, pkiDir(world, place))),
  );
  await writeFile(world.paths.kubeconfig, kubeconfig(contexts), { mode: 0o600 });
}

/** Handles on mount namespaces can be kept only on a mount that nobody shares. */
async function makeRunFolder({ paths }: World): Promise<void> {
  await mkdir(paths.run, { recursive: true });
  await record(paths.record, { kind: "mount", path: paths.run });
  await run(["mount", "--bind", paths.run, paths.run]);
  await run(["mount", "--make-private", paths.run]);
}
