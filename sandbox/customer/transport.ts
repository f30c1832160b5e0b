import { promises as dns, type Resolver } from "node:dns";
import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

/** How long a customer waits, in milliseconds. */
const patience = { resolve: 2000, connect: 2000, answer: 5000 };

/** A request that got no answer. */
export class NoAnswer extends Error {
  /** @param sent whether the server may have received it. */
  constructor(
    message: string,
    readonly sent: boolean,
  ) {
    super(message);
  }
}

/** What a server said. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
}

/** One request. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Finds the address of a host name, asking anew each time; caching is the resolver's business. */
export function lookup(server: string | undefined): (name: string) => Promise<string> {
  const resolver: Resolver | dns.Resolver = new dns.Resolver({ timeout: patience.resolve, tries: 1 });
  if (server) resolver.setServers([server]);
  return async (name) => {
    if (/^[\d.]+$/.test(name)) return name;
    const [address] = await resolver.resolve4(name);
    if (!address) throw new Error(`${name} has no address`);
    return address;
  };
}

/** One connection at a time to wherever the service is; a new one whenever its address changes or it fails. */
export class Transport {
  readonly #url: URL;
  #address = "";
  #agent: HttpAgent | undefined;

  /** @param url of the service, with its name. */
  constructor(url: URL) {
    this.#url = url;
  }

  /**
   * Sends a request to the service at an address.
   *
   * @throws NoAnswer
   */
  async send(address: string, { method, path, headers, body }: Request): Promise<Reply> {
    const secure = this.#url.protocol === "https:";
    if (address !== this.#address) this.close();
    this.#address = address;
    this.#agent ??= new (secure ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 1 });
    const text = body === undefined ? "" : JSON.stringify(body);
    const options = {
      agent: this.#agent,
      host: address,
      port: this.#url.port || (secure ? 443 : 80),
      ...(secure ? { servername: this.#url.hostname } : {}),
      method,
      path,
      headers: {
        ...headers,
        host: this.#url.host,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      },
    };
    try {
      return await new Promise<Reply>((resolve, reject) => {
        let connected = false;
        const request = (secure ? httpsRequest : httpRequest)(options, (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", (error) => reject(new NoAnswer(error.message, true)));
          response.on("end", () => {
            clearTimeout(deadline);
            resolve({ status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) });
          });
        });
        const give = (after: number, what: string) =>
          setTimeout(() => request.destroy(new Error(`no ${what} within ${after} ms`)), after);
        let deadline = give(patience.connect, "connection");
        const onConnected = () => {
          connected = true;
          clearTimeout(deadline);
          deadline = give(patience.answer, "answer");
        };
        request.on("socket", (socket) => {
          if (socket.connecting) socket.once("connect", onConnected);
          else onConnected();
        });
        request.on("error", (error) => {
          clearTimeout(deadline);
          reject(new NoAnswer(error.message, connected));
        });
        request.end(text);
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Closes the connection; the next request opens another. */
  close(): void {
    this.#agent?.destroy();
    this.#agent = undefined;
  }
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
