import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { RegionPlace } from "../address.js";
import type { Say } from "../progress.js";
import { type Ca, issue } from "./ca.js";
import { prepareCluster, startCluster } from "./cluster/index.js";
import { issuerOf, jwksUrlOf } from "./cluster/programs.js";
import { connectionRecorder } from "./connections.js";
import { controlPlane, corefile, type ResolverSpec } from "./corefile.js";
import { type LaunchOptions, launch, start } from "./launch.js";
import { makeMounts } from "./mounts.js";
import { makePlace } from "./network.js";
import { resolver } from "./resolver.js";
import { together } from "./together.js";
import type { World } from "./world.js";

/** Makes a region's place and starts everything in it; resolves once all of it serves. */
export async function startRegion(
  world: World,
  ca: Ca,
  place: RegionPlace,
  say: Say,
  outer?: AbortSignal,
): Promise<void> {
  const { paths, tools, places } = world;
  await makePlace(tools, places, place, paths.record);
  await makeMounts(paths, paths.record, place);
  const outside: LaunchOptions = {
    paths,
    world: world.spec.name,
    namespace: place.namespace,
    mounts: true,
    signal: outer,
  };
  await start(connectionRecorder(tools), outside);
  const pki = place.cluster ? await prepareCluster(world, ca, place) : undefined;
  await together(outer, (signal) => {
    const options = { ...outside, signal };
    return [
      startGate(world, ca, place, options),
      startResolver(
        world,
        {
          sts: place.region,
          address: place.resolver,
          ...(pki ? { cluster: { kubeconfig: pki.kubeconfigs.resolver, context: place.region } } : {}),
        },
        options,
      ),
      ...(pki ? [startCluster(world, place, pki, options, say)] : []),
    ];
  });
}

/** Starts a place's resolver on its address. */
export async function startResolver(
  world: World,
  spec: Pick<ResolverSpec, "address" | "sts" | "cluster" | "cache">,
  options: LaunchOptions,
): Promise<void> {
  const { paths, places, tools } = world;
  const file = join(paths.place(options.namespace), "Corefile");
  await writeFile(file, corefile({ ...spec, regions: places.regions, upstream: places.dns.server }));
  await launch(resolver(tools, file, spec.address), options);
}

async function startGate(world: World, ca: Ca, place: RegionPlace, options: LaunchOptions): Promise<void> {
  const { gate, gateNames } = await import("../aws/index.js");
  const { paths, places } = world;
  const [first, ...others] = places.regions;
  if (!first) return;
  const certificate = await issue(ca, {
    commonName: `gate.${place.region}`,
    names: gateNames(place.region),
    addresses: [place.gate],
    dir: join(paths.place(place.namespace), "pki"),
    file: "gate",
  });
  const program = gate({
    region: place.region,
    address: place.gate,
    certificate,
    caFile: paths.caFile,
    cloud: `http://${places.cloud.addresses[0]}:4566`,
    controlPlane: controlPlane([first, ...others]).gate,
    issuers: places.regions
      .filter(({ cluster }) => cluster)
      .map((each) => ({ issuer: issuerOf(each.region), jwksUrl: jwksUrlOf(each), caFile: paths.caFile })),
    log: paths.log(place.namespace, "gate-calls"),
  });
  // The programs of the project itself may stand anywhere, also in a folder that the place's mounts cover.
  await launch(program, { ...options, mounts: false });
}
