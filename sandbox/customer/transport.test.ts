import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:http";

import { decode, encode } from "dns-packet";
import { afterEach, expect, test } from "vitest";

import { lookup, Transport } from "./transport.js";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A name server for one name, which answers what `address` says at that moment. */
async function nameServer(address: () => string): Promise<string> {
  const socket = createSocket("udp4", (message, { port }) => {
    const { id, questions = [] } = decode(message);
    const answers = questions.map(({ name }) => ({ type: "A" as const, name, ttl: 60, data: address() }));
    socket.send(
      encode({ type: "response", ...(id === undefined ? {} : { id }), questions, answers }),
      port,
      "127.0.0.1",
    );
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  closing.push(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

/** A service that counts its connections. */
async function service(address: string, port = 0, answer = true) {
  const seen = { connections: 0, hosts: new Set<string>() };
  const server: Server = createServer((request, response) => {
    seen.hosts.add(request.headers.host ?? "");
    if (answer) response.end(JSON.stringify({ by: address }));
    else request.socket.destroy();
  }).on("connection", () => {
    seen.connections += 1;
  });
  server.listen(port, address);
  await once(server, "listening");
  closing.push(() => server.close());
  closing.push(() => server.closeAllConnections());
  const bound = server.address();
  return { seen, port: typeof bound === "object" && bound ? bound.port : 0 };
}

test("the customer asks the resolver for each write, and connects anew when the answer changes", async () => {
  let address = "127.0.0.1";
  const old = await service("127.0.0.1");
  const standby = await service("127.0.0.2", old.port);
  const find = lookup(await nameServer(() => address));
  const transport = new Transport(new URL(`http://api.chat.test:${old.port}`));
  const send = async () =>
    (await transport.send(await find("api.chat.test"), { method: "POST", path: "/", body: {} })).body;

  expect([await send(), await send()]).toEqual([{ by: "127.0.0.1" }, { by: "127.0.0.1" }]);
  address = "127.0.0.2";
  expect([await send(), await send()]).toEqual([{ by: "127.0.0.2" }, { by: "127.0.0.2" }]);
  expect([old.seen.connections, standby.seen.connections]).toEqual([1, 1]);
  expect(standby.seen.hosts).toEqual(new Set([`api.chat.test:${old.port}`]));
  transport.close();
});

test("a refused connection is a failure; a connection that breaks before the answer is unknown", async () => {
  const { port } = await service("127.0.0.1", 0, false);
  const transport = new Transport(new URL(`http://api.chat.test:${port}`));
  const request = { method: "GET", path: "/" };

  await expect(transport.send("127.0.0.3", request)).rejects.toMatchObject({ sent: false });
  await expect(transport.send("127.0.0.1", request)).rejects.toMatchObject({ sent: true });
});

test("an address needs no resolver", async () => {
  expect(await lookup("127.0.0.1:1")("10.1.2.3")).toBe("10.1.2.3");
});
