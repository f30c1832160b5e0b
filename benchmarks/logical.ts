import { join } from "node:path";

import { withClient } from "../engines/comparison/index.js";
import { testServer } from "../engines/postgres-logical/testing/world.js";
import { startBackend, testCredentials } from "../vault/testing/backends.js";
import { record } from "./log.js";
import { fill } from "./logical/data.js";
import { measuredRun, type RunOrder, ways } from "./logical/run.js";
import { machine } from "./machine.js";
import { benchmark, inOwnProcess, rounds } from "./rounds.js";
import { summary } from "./summary.js";

/**
 * `npm run benchmark:logical -- [--size 1] [--runs 5] [--log FILE]`: backup and restore of one database, by hand and by
 * the engine in turn, onto the same S3 server with the same compression, encryption and checksums. Both run twice: once so
 * that no row is looked at, but counted by the engine, and once with every row hashed and compared, as the engine is.
 *
 * Sought is that the same work takes the engine at most 1.15 times as long. A size of 1 is 1.3 GB; all of it takes
 * about 25 minutes.
 */

async function compared(size: number, runs: number, log: string | undefined): Promise<void> {
  const { say, end } = record(log);
  await using server = await testServer({ shared_buffers: "1GB", maintenance_work_mem: "256MB" });
  const backend = await startBackend("versitygw");
  try {
    say(await machine());
    const address = await server.database("shop");
    await fill(address, size, server.folder);
    const [bytes] = await server.sql(address, "SELECT pg_size_pretty(pg_database_size('shop')) AS size");
    say(`database: ${bytes?.rows[0]?.size} on the server's disk, size ${size}`);
    const store = await backend.store({ versioned: false });
    const bucket = store.label.replace(/^s3:\/\/(\S+).*$/, "$1");
    const orders = (what: RunOrder["what"], by: RunOrder["by"], nr: number): RunOrder => ({
      ...{ what, by },
      address: what === "backup" ? address : { ...address, database: `restored_${by}_${nr}` },
      store: {
        ...{ bucket, region: "us-east-1", credentials: testCredentials },
        ...(backend.endpoint === undefined ? {} : { endpoint: backend.endpoint }),
      },
      // Every restore reads what the last backup wrote.
      prefix: `${by}/${what === "backup" ? nr : runs}/`,
      manifest: join(server.folder, `${by}.json`),
      servers: [server.pid, backend.pid ?? 0],
    });
    for (const what of ["backup", "restore"] as const) {
      const { hand, counting, checked, engine } = await rounds({
        ...{ what, ways, runs, say },
        async run(by, nr) {
          const order = orders(what, by, nr);
          const figures = await inOwnProcess(import.meta.url, order);
          if (what === "restore")
            await withClient(server.address, (client) =>
              client.query(`DROP DATABASE "${order.address.database}"`),
            );
          else if (nr < runs) for await (const { key } of store.list(order.prefix)) await store.delete(key);
          return figures;
        },
      });
      say(`\n${summary(what, { hand, engine: counting }, ", no row hashed")}`);
      say(`\n${summary(what, { hand: checked, engine }, ", every row hashed")}`);
    }
  } finally {
    await backend.stop();
    end();
  }
}

await benchmark(measuredRun, compared);
