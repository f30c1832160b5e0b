import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type pg from "pg";
import { z } from "zod";

import { type Change, change, operationHeader, parseOperation } from "./change.js";
import { load } from "./load.js";
import { write } from "./write.js";

/** Answers with this status and body; thrown by handlers for what is wrong with a request. */
class Answer extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`HTTP ${status}`);
  }
}

type Handler = (request: IncomingMessage, url: URL, id: number) => Promise<Answer>;

const largestBody = 1 << 20;
/**
 * The chat service over a pool of connections.
 *
 * A write is answered with 200 after the database said COMMIT, with 503 and `outcome: "failed"` when it
 * certainly did not happen, and with 503 and `outcome: "unknown"` when nobody can tell.
 *
 * @param connect opens a connection of its own, for work that takes longer than the pool's limits allow.
 */
export function chatService(pool: pg.Pool, connect: () => Promise<pg.Client>): Server {
  const routes: Readonly<Record<string, Handler>> = {
    "GET /health": async () => new Answer(200, { healthy: true }),
    "GET /health/deep": () => deepHealth(pool),
    "GET /messages/": (_request, _url, id) => read(pool, id),
    "POST /messages": (request) => single(request, "insert"),
    "PATCH /messages/": (request, _url, id) => single(request, "update", id),
    "DELETE /messages/": (request, _url, id) => single(request, "delete", id),
    "POST /messages/": (request, _url, id) => single(request, "react", id),
    "POST /operations": async (request) => writeAll(request, await body(request)),
    "POST /load": (_request, url) => bulkLoad(url),
  };

  return createServer((request, response) => {
    void handle(request)
      .catch((error: unknown) => {
        if (error instanceof Answer) return error;
        return new Answer(503, { error: error instanceof Error ? error.message : String(error) });
      })
      .then((answer) => send(response, answer));
  });

  async function handle(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? "/", "http://service");
    const [, collection, id] = /^(\/messages)\/(\d{1,15})(?:\/reactions)?$/.exec(url.pathname) ?? [];
    const route = routes[`${request.method} ${collection ? `${collection}/` : url.pathname}`];
    if (!route) throw new Answer(404, { error: `no such resource: ${request.method} ${url.pathname}` });
    return route(request, url, Number(id));
  }

  async function single(request: IncomingMessage, kind: Change["kind"], id?: number): Promise<Answer> {
    const fields = kind === "delete" ? {} : await body(request);
    if (typeof fields !== "object" || fields === null) {
      throw new Answer(400, { outcome: "failed", reason: "the body is not an object" });
    }
    return writeAll(request, [{ ...fields, kind, ...(id === undefined ? {} : { id }) }]);
  }

  async function writeAll(request: IncomingMessage, given: unknown): Promise<Answer> {
    const changes = z.array(change).min(1).max(1000).safeParse(given);
    if (!changes.success)
      throw new Answer(400, { outcome: "failed", reason: z.prettifyError(changes.error) });
    const header = request.headers[operationHeader];
    const operation = typeof header === "string" ? parseOperation(header) : undefined;
    if (header !== undefined && !operation) {
      throw new Answer(400, {
        outcome: "failed",
        reason: `${operationHeader} must be lane/number/at, got "${header}"`,
      });
    }
    const result = await write(pool, changes.data, operation);
    return new Answer(result.outcome === "committed" ? 200 : 503, result);
  }

  async function bulkLoad(url: URL): Promise<Answer> {
    const rows = Number(url.searchParams.get("rows"));
    const seed = url.searchParams.get("seed") ?? "";
    if (!Number.isSafeInteger(rows) || rows < 1 || rows > 100_000_000 || seed === "") {
      throw new Answer(400, { error: `load needs rows (1 to 100000000) and seed, got "${url.search}"` });
    }
    const client = await connect();
    try {
      return new Answer(200, await load(client, seed, rows));
    } finally {
      await client.end();
    }
  }
}

/** Says yes only after a row was really written: a read-only database answers every read. */
async function deepHealth(pool: pg.Pool): Promise<Answer> {
  const client = await pool.connect();
  try {
    const { rowCount } = await client.query("UPDATE health_probe SET at = clock_timestamp() WHERE id = 1");
    client.release();
    return new Answer(rowCount === 1 ? 200 : 503, { healthy: rowCount === 1 });
  } catch (error) {
    client.release(true);
    return new Answer(503, {
      healthy: false,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

async function read(pool: pg.Pool, id: number): Promise<Answer> {
  const { rows } = await pool.query(
    `SELECT id, channel, author, body, edits, written_at AS "writtenAt" FROM messages WHERE id = $1`,
    [id],
  );
  if (rows.length === 0) return new Answer(404, { error: `no message ${id}` });
  return new Answer(200, { ...rows[0], id });
}

async function body(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody)
      throw new Answer(413, { outcome: "failed", reason: `more than ${largestBody} bytes` });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Answer(400, { outcome: "failed", reason: "the body is not JSON" });
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
  });
  response.end(text);
}
