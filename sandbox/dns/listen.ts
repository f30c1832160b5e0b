import { createSocket } from "node:dgram";
import { createServer, type Server, type Socket } from "node:net";

import { WorldError } from "../errors.js";
import type { Response } from "./packet.js";

const TCP_IDLE_MS = 10_000;
const TCP_CONNECTIONS = 128;
/** Answers that a TCP client has not taken yet; beyond it the connection is closed. */
const TCP_WAITING_BYTES = 1024 * 1024;

/** Handles one message; undefined means no response. */
export type Handle = (message: Buffer, transport: "udp" | "tcp", client: string) => Response | undefined;

/** Where a server listens. */
export interface Listen {
  readonly address: string;
  readonly port: number;
}

/**
 * Serves DNS over UDP and TCP on one address and port.
 *
 * @returns a function that stops serving.
 * @throws WorldError when the address or port can't be had.
 */
export async function serveDns({ address, port }: Listen, handle: Handle): Promise<() => void> {
  const udp = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
  udp.on("message", (message, { address: from, port: fromPort }) => {
    // Port 0 is a forged sender: nobody can be answered there.
    const response = fromPort > 0 ? handle(message, "udp", from) : undefined;
    // A client that is gone is no concern of the server's; it asks again if it is not.
    if (response) udp.send(response.bytes, fromPort, from, () => undefined);
  });
  const tcp = createServer((socket) => conversation(socket, handle));
  tcp.maxConnections = TCP_CONNECTIONS;
  await bound(`UDP ${address}:${port}`, udp, () => udp.bind(port, address));
  await bound(`TCP ${address}:${port}`, tcp, () => tcp.listen(port, address));
  return () => {
    udp.close();
    tcp.close();
  };
}

/** Binds; errors that come later (a datagram refused, a connection reset while accepted) don't end the server. */
async function bound(what: string, server: ReturnType<typeof createSocket> | Server, bind: () => void) {
  await new Promise<void>((resolve, reject) => {
    server.on("error", (error: Error) =>
      reject(new WorldError(`cannot serve DNS on ${what}: ${error.message}`, "stop what uses the address")),
    );
    server.once("listening", () => resolve());
    bind();
  });
}

/** Messages with two bytes of length before each, as many as the client sends. */
function conversation(socket: Socket, handle: Handle): void {
  let waiting = Buffer.alloc(0);
  socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
  // The socket closes itself on an error; there is nobody to tell.
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2 && !socket.destroyed) {
      const length = waiting.readUInt16BE(0);
      if (waiting.length < 2 + length) return;
      const message = waiting.subarray(2, 2 + length);
      waiting = waiting.subarray(2 + length);
      const response = handle(message, "tcp", socket.remoteAddress ?? "");
      if (!response || socket.writableLength > TCP_WAITING_BYTES) {
        socket.destroy();
        return;
      }
      const size = Buffer.alloc(2);
      size.writeUInt16BE(response.bytes.length);
      socket.write(Buffer.concat([size, response.bytes]));
    }
  });
}
