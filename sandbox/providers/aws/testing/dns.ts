import { createSocket } from "node:dgram";
import { once } from "node:events";

import { type Answer, decode, encode, type Packet } from "dns-packet";

/** A DNS server for AWS's names on a loopback address. */
export interface NameServer {
  close(): void;
}

/**
 * Answers `*.amazonaws.com` as a world's resolvers do: a name with a region in it is that region's gate, every
 * other one that of us-east-1. Nothing else has an address.
 *
 * @param gates address of each region's gate
 */
export async function serveAwsNames(
  address: string,
  gates: Readonly<Record<string, string>>,
): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (message, { address: host, port }) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    const name = question?.name.toLowerCase() ?? "";
    const region = Object.keys(gates).find((known) => name.includes(`.${known}.`)) ?? "us-east-1";
    const gate = name.endsWith(".amazonaws.com") ? gates[region] : undefined;
    const answers: Answer[] = gate && question?.type === "A" ? [{ type: "A", name, ttl: 1, data: gate }] : [];
    const response: Packet = {
      type: "response",
      id: query.id ?? 0,
      questions: query.questions ?? [],
      answers,
    };
    socket.send(encode(response), port, host);
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return { close: () => socket.close() };
}
