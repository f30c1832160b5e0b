import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import pg from "pg";

import { migrate } from "./schema.js";
import { chatService } from "./service.js";

/**
 * Starts the chat service from its environment: `PORT` (8080), `HOST` (every address), PostgreSQL's own `PGHOST`, `PGPORT`,
 * `PGDATABASE`, `PGUSER`, and `PGPASSWORD` or `PGPASSWORD_FILE` with the password alone, and `PGSSLROOTCERT`
 * with the authority that vouches for the server.
 */
const rootCertificate = process.env.PGSSLROOTCERT;
const passwordFile = process.env.PGPASSWORD_FILE;
const connection: pg.ClientConfig = {
  application_name: "chat",
  connectionTimeoutMillis: 2000,
  // libpq's variable, which pg does not read by itself.
  ...(rootCertificate ? { ssl: { ca: readFileSync(rootCertificate, "utf8") } } : {}),
  // Read for each connection, as a Secret's file changes when the password does.
  ...(passwordFile ? { password: () => readFileSync(passwordFile, "utf8").trimEnd() } : {}),
};
const pool = new pg.Pool({
  ...connection,
  max: 10,
  idleTimeoutMillis: 10_000,
  statement_timeout: 4000,
  query_timeout: 4500,
});
// A connection can break at any moment, idle or between two statements; without a listener on both the pool
// and its clients that would end the process. The statement that comes next finds out.
pool.on("error", (error) => log(`idle connection lost: ${error.message}`));
pool.on("connect", (client) => client.on("error", (error) => log(`connection lost: ${error.message}`)));

const server = chatService(pool, async () => {
  const client = new pg.Client(connection);
  client.on("error", (error) => log(`connection lost: ${error.message}`));
  await client.connect();
  return client;
});
server.listen(Number(process.env.PORT ?? 8080), process.env.HOST, () => log("listening"));

const stop = new AbortController();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    stop.abort();
    server.close(() => {
      pool.end().catch((error: unknown) => log(`closing: ${String(error)}`));
    });
    server.closeIdleConnections();
  });
}
await migrateWhenWritable();

/** A standby's database refuses until it is promoted, so this waits as long as it takes. */
async function migrateWhenWritable(): Promise<void> {
  let told = "";
  while (!stop.signal.aborted) {
    try {
      const client = await pool.connect();
      await migrate(client).finally(() => client.release(true));
      log("schema is up to date");
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== told) log(`schema not checked yet: ${reason}`);
      told = reason;
      await sleep(1000, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }
}

function log(text: string): void {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}
