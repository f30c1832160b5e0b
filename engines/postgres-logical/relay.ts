import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";

import type { DatabaseAddress } from "../comparison/index.js";
import { socketIn, socketName } from "../socket-path.js";
import type { LibpqEnvironment } from "./libpq.js";

/** A way to a server that can be narrowed: who reads from it waits, and the server with it. */
export interface Relay extends AsyncDisposable {
  /** How PostgreSQL's programs get there; on top of the environment of the server itself. */
  readonly env: LibpqEnvironment;
  /** Lets nothing through from the server, or lets it flow again. */
  hold(held: boolean): void;
}

/**
 * Opens a relay. It passes bytes on and knows nothing of them, so that passwords and TLS stay between the program and
 * the server: the server's certificate is still checked by its own name. It ends with this process, and with it
 * everything that reads through it: nothing is left waiting.
 *
 * @param folder private folder
 * @throws EngineError (2) when its path is longer than a socket's may be
 */
export async function openRelay({ host, port = 5432 }: DatabaseAddress, folder: string): Promise<Relay> {
  const local = host.startsWith("/");
  const path = local ? socketIn(folder, port) : undefined;
  const upstreams = new Set<Socket>();
  const all = new Set<Socket>();
  let held = false;
  const server = createServer((client) => {
    const upstream = local ? connect(join(host, socketName(port))) : connect(port, host);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      all.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        all.delete(one);
        upstreams.delete(one);
        other.destroySoon();
      });
    }
    client.pipe(upstream, { end: false });
    upstreams.add(upstream);
    // Not by pipe: it would flow again by itself once the reader has caught up.
    upstream.on("data", (chunk: Buffer) => {
      if (!client.write(chunk)) upstream.pause();
    });
    client.on("drain", () => {
      if (!held) upstream.resume();
    });
    if (held) upstream.pause();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    if (path !== undefined) server.listen(path, resolve);
    else server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  return {
    env: local
      ? { PGHOST: folder }
      : {
          PGHOSTADDR: "127.0.0.1",
          PGPORT: String(typeof address === "object" && address ? address.port : port),
        },
    hold(now) {
      held = now;
      for (const upstream of upstreams)
        if (now) upstream.pause();
        else upstream.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of all) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
