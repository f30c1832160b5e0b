import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A call of a store, at one of its two boundaries. */
export interface StoreCall {
  /** What it does to what: `PUT points`, `LIST manifests`. */
  readonly step: string;
  /** `asked`: the store has not heard of it. `answered`: the store has done it, and the caller has not heard of that. */
  readonly when: "asked" | "answered";
}

/** A door before an S3 server, at which somebody sees every call pass. */
export interface StoreGate extends AsyncDisposable {
  readonly endpoint: string;
  /** Who is told of each call. @param listener answers whether the caller is dead: then the call ends here */
  watchedBy(listener: (call: StoreCall) => boolean): void;
}

/** Opens a gate before a server. */
export async function storeGate(upstream: string): Promise<StoreGate> {
  let listener: (call: StoreCall) => boolean = () => false;
  const server = createServer((asked, answer) => {
    const step = stepOf(asked);
    if (listener({ step, when: "asked" })) return void asked.socket.destroy();
    pass(upstream, asked, answer, () => listener({ step, when: "answered" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    watchedBy(next) {
      listener = next;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Hands a call on as it is: its signature covers the host that the caller knows. */
function pass(upstream: string, asked: IncomingMessage, answer: ServerResponse, answered: () => boolean) {
  const { expect: _, ...headers } = asked.headers;
  const call = request(new URL(asked.url ?? "/", upstream), { method: asked.method, headers });
  call.on("response", (response) => {
    if (answered()) {
      response.destroy();
      return void asked.socket.destroy();
    }
    answer.writeHead(response.statusCode ?? 500, response.headers);
    response.pipe(answer);
  });
  // Who was killed sends nothing more, and waits for nothing.
  call.on("error", () => asked.socket.destroy());
  asked.on("error", () => call.destroy());
  answer.on("close", () => {
    if (!answer.writableFinished) call.destroy();
  });
  asked.pipe(call);
}

function stepOf({ method = "", url = "/" }: IncomingMessage): string {
  const { pathname, searchParams: query } = new URL(url, "http://store");
  const key = pathname.split("/").slice(2).join("/") || (query.get("prefix") ?? "");
  const [folder = ""] = key.split("/");
  const verb = query.has("uploads")
    ? { POST: "BEGIN UPLOAD", GET: "LIST UPLOADS" }[method]
    : query.has("uploadId")
      ? { PUT: "PUT PART", POST: "END UPLOAD", DELETE: "ABORT UPLOAD" }[method]
      : query.has("versions")
        ? "LIST VERSIONS"
        : query.has("list-type")
          ? "LIST"
          : method;
  return `${verb ?? method} ${folder}`;
}
