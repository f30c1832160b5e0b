import { createSocket } from "node:dgram";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import * as dnsPacket from "dns-packet";
import { execa } from "execa";

import type { Program } from "../../program.js";

/** A program of the world outside of any namespace. */
export interface RunningProgram {
  /** Whether it still runs. */
  alive(): boolean;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
}

/** Starts a program and waits until it serves, 20 s at most. */
export async function run(program: Program): Promise<RunningProgram> {
  const [file, ...args] = program.argv;
  const child = execa(file, args, {
    env: { ...program.env },
    reject: false,
    stdout: "ignore",
    stderr: "inherit",
  });
  const alive = () => child.exitCode === null && child.signalCode === null;
  for (const until = Date.now() + 20_000; !(await program.ready?.()); await sleep(50)) {
    if (!alive() || Date.now() > until) throw new Error(`${program.name} does not serve`);
  }
  const kill = async () => {
    child.kill("SIGKILL");
    await child;
  };
  return { alive, kill };
}

/** One query over TCP; resolves to the answers. */
export async function askTcp(address: string, name: string): Promise<readonly dnsPacket.Answer[]> {
  const question = { type: "A", name, class: "IN" } as const;
  const reply = await exchange(
    address,
    dnsPacket.streamEncode({ type: "query", id: 1, questions: [question] }),
  );
  return dnsPacket.streamDecode(reply).answers ?? [];
}

/** Sends bytes over TCP, ends, and resolves to what comes back until the connection is closed. */
export function exchange(address: string, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: address, port: 53 }, () => socket.end(bytes));
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("close", () => resolve(Buffer.concat(chunks)));
    socket.once("error", reject);
  });
}

/** Sends datagrams to port 53 and waits for none. */
export async function throwAt(address: string, datagrams: readonly Uint8Array[]): Promise<void> {
  const socket = createSocket("udp4");
  for (const datagram of datagrams) {
    await new Promise<void>((resolve) => socket.send(datagram, 53, address, () => resolve()));
  }
  socket.close();
}

/** An HTTP endpoint on port 8080 that can be closed and opened again. */
export class Endpoint {
  #server: Server | undefined;

  constructor(readonly address: string) {}

  async open(): Promise<void> {
    const server = createServer((_request, response) => response.end("ok"));
    await new Promise<void>((resolve) => server.listen(8080, this.address, resolve));
    this.#server = server;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
  }
}
