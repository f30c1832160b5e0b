import { stat } from "node:fs/promises";
import { networkInterfaces } from "node:os";

import type { Place, Places, RegionPlace } from "../address.js";
import { WorldError } from "../errors.js";
import { type Entry, record } from "./record.js";
import { run } from "./run.js";
import type { WorldTools } from "./tools.js";

/** Handle of a named network namespace, as `ip netns` keeps it. */
export const networkHandle = (namespace: string): string => `/run/netns/${namespace}`;

/** Every place of a world. */
export function placesList(places: Places): readonly Place[] {
  return [places.cloud, places.dns, places.operator, places.customer, ...places.regions];
}

/** Identity of a named network namespace as `/proc/PID/ns/net` shows it; undefined when there is none. */
export async function networkIdentity(namespace: string): Promise<string | undefined> {
  try {
    return `net:[${(await stat(networkHandle(namespace))).ino}]`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Refuses a world whose addresses or bridge this machine already uses.
 *
 * @throws WorldError naming the interface that is in the way.
 */
export function checkFree(places: Places): void {
  const prefix = places.host.split(".").slice(0, 2).join(".");
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    if (name === places.bridge) {
      throw new WorldError(
        `bridge ${name} is there already: another sandbox has the addresses ${prefix}.0.0/16`,
        "secondsite sandbox up --net N, with an N whose 10.N.0.0/16 is free",
      );
    }
    const taken = addresses?.find(({ address }) => address.startsWith(`${prefix}.`));
    if (taken) {
      throw new WorldError(
        `addresses ${prefix}.0.0/16 are taken: interface ${name} has ${taken.address}`,
        "secondsite sandbox up --net N, with an N whose 10.N.0.0/16 is free",
      );
    }
  }
}

/**
 * Hardware address of what has this address first, locally administered. A machine whose power was cut comes back
 * with the same card: with another one its neighbours would send to the old for seconds.
 */
const cardOf = (address: string): string =>
  ["02", "00", ...address.split(".").map((octet) => Number(octet).toString(16).padStart(2, "0"))].join(":");

/** Makes the bridge that every place's link ends on. The host's own routes and rules stay as they are. */
export async function makeBridge(tools: WorldTools, places: Places, recordFile: string): Promise<void> {
  await record(recordFile, { kind: "link", name: places.bridge });
  await ip(
    tools,
    [],
    [
      `link add ${places.bridge} address ${cardOf(places.host)} type bridge`,
      `addr add ${places.host}/16 dev ${places.bridge}`,
      `link set ${places.bridge} up`,
    ],
  );
}

/** Makes a place: a network namespace, its link to the bridge, its addresses. There is no way out to the Internet. */
export async function makePlace(
  tools: WorldTools,
  places: Places,
  place: Place,
  recordFile: string,
): Promise<void> {
  const made: Entry[] = [
    { kind: "namespace", name: place.namespace },
    { kind: "link", name: place.link },
  ];
  await record(recordFile, ...made);
  const card = `address ${cardOf(place.addresses[0])}`;
  await ip(
    tools,
    [],
    [
      `netns add ${place.namespace}`,
      `link add ${place.link} type veth peer name eth0 ${card} netns ${place.namespace}`,
      `link set ${place.link} master ${places.bridge} up`,
    ],
  );
  await ip(
    tools,
    ["-n", place.namespace],
    [
      ...place.addresses.map((address) => `addr add ${address}/16 dev eth0`),
      "link set lo up",
      "link set eth0 up",
      // Programs on the node reach Services, whose addresses are on no interface: without a route the kernel
      // gives up before kube-proxy's rules see the packet.
      ...(isCluster(place) ? [`route add ${place.serviceCidr} dev eth0`] : []),
    ],
  );
  const inside = ["nsenter", `--net=${networkHandle(place.namespace)}`, "--"] as const;
  await run([...inside, "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
  // Connection tracking starts with the first rule that asks for it; see connections.ts.
  await run([...inside, tools.nft, "-f", "-"], {
    input:
      "table inet secondsite-watch {\n" +
      "  chain in { type filter hook input priority 0; ct state new counter; }\n" +
      "  chain out { type filter hook output priority 0; ct state new counter; }\n" +
      "  chain through { type filter hook forward priority 0; ct state new counter; }\n}\n",
  });
}

/** Cuts or restores a place's link to the rest of the world. */
export async function setLink(tools: WorldTools, place: Place, state: "up" | "down"): Promise<void> {
  await ip(tools, [], [`link set ${place.link} ${state}`]);
}

/** Whether a place's link is up; undefined when it is gone. */
export async function linkIsUp(tools: WorldTools, place: Place): Promise<boolean | undefined> {
  const links = JSON.parse(await run([tools.ip, "-json", "link", "show"])) as {
    ifname: string;
    flags: string[];
  }[];
  return links.find(({ ifname }) => ifname === place.link)?.flags.includes("UP");
}

/** Takes a place's namespace and link away; a place that is gone is fine. */
export async function removePlace(tools: WorldTools, place: Place): Promise<void> {
  // The other end goes with it.
  if ((await linkIsUp(tools, place)) !== undefined) await ip(tools, [], [`link del ${place.link}`]);
  if (await networkIdentity(place.namespace)) await ip(tools, [], [`netns del ${place.namespace}`]);
}

/** Runs lines of `ip -batch`; the first that fails ends it. */
export async function ip(
  tools: WorldTools,
  options: readonly string[],
  lines: readonly string[],
): Promise<void> {
  await run([tools.ip, ...options, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

function isCluster(place: Place): place is RegionPlace {
  return "cluster" in place && place.cluster === true;
}
