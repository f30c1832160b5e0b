import { connect } from "node:net";

import type { RegionPlace } from "../address.js";
import { readNode } from "./cluster/bootstrap.js";
import { linkIsUp } from "./network.js";
import { isAlive } from "./processes.js";
import { programsOf, readRecord } from "./record.js";
import { processesOf } from "./takedown.js";
import { openWorld, type World } from "./world.js";

/** A program that was started and whether it still runs. */
export interface ProgramStatus {
  readonly namespace: string;
  readonly program: string;
  readonly pid: number;
  readonly alive: boolean;
}

/** What can be seen of a region from outside. */
export interface RegionStatus {
  readonly region: string;
  readonly link: "up" | "down" | "gone";
  /** Processes in it, Pods' included. */
  readonly processes: number;
  /** Whether its Kubernetes node is Ready; undefined where there is no cluster. */
  readonly nodeReady?: boolean;
  /** Whether its AWS gate takes connections. */
  readonly gateAnswers: boolean;
}

/** What a world looks like right now. */
export interface WorldStatus {
  readonly name: string;
  readonly net: number;
  readonly regions: readonly RegionStatus[];
  readonly programs: readonly ProgramStatus[];
}

/** Looks at a world. @throws SandboxInputError when it is not up. */
export async function status(name: string): Promise<WorldStatus> {
  const world = await openWorld(name);
  const programs = [...programsOf(await readRecord(world.paths.record)).values()];
  return {
    name,
    net: world.spec.net,
    regions: await Promise.all(world.places.regions.map((place) => regionStatus(world, place))),
    programs: programs.map((each) => ({
      namespace: each.namespace,
      program: each.program,
      pid: each.pid,
      alive: isAlive(each),
    })),
  };
}

async function regionStatus(world: World, place: RegionPlace): Promise<RegionStatus> {
  const link = await linkIsUp(world.tools, place);
  const [processes, node, gateAnswers] = await Promise.all([
    processesOf(world, place),
    place.cluster ? askNode(world, place) : undefined,
    answers(place.gate, 443),
  ]);
  return {
    region: place.region,
    link: link === undefined ? "gone" : link ? "up" : "down",
    processes: processes.length,
    ...(node ? { nodeReady: node.ready } : {}),
    gateAnswers,
  };
}

async function askNode(world: World, place: RegionPlace): Promise<{ readonly ready: boolean }> {
  if (!(await answers(place.node, 6443))) return { ready: false };
  return readNode(world.paths.kubeconfig, place);
}

/** Whether something takes connections within a second. */
function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}
