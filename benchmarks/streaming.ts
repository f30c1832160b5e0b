import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { execaNode } from "execa";

import { silent } from "../sandbox/progress.js";
import { ensureTools } from "../sandbox/toolchain/index.js";
import { startBackend, testCredentials } from "../vault/testing/backends.js";
import { record } from "./log.js";
import { machine } from "./machine.js";
import { memoryGroup } from "./streaming/memory-group.js";
import { type Streamed, type StreamOrder, streamed } from "./streaming/stream.js";

/**
 * `npm run benchmark:streaming -- [--gigabytes 20] [--log FILE]`: memory that a stream of any size takes on its way
 * through hashing, compression, encryption and upload, and back. Takes root, and as much disk as is streamed.
 *
 * Sought is a peak below 400 MB, children included, however long the stream is.
 */

async function measured(gigabytes: number, log: string | undefined): Promise<void> {
  const { say, end } = record(log);
  await ensureTools(["zstd"], silent);
  await using group = await memoryGroup(`secondsite-streaming-${process.pid}`);
  const backend = await startBackend("versitygw");
  try {
    say(await machine());
    const store = await backend.store({ versioned: false });
    const order: StreamOrder = {
      bytes: gigabytes * 1_000 ** 3,
      store: {
        bucket: store.label.replace(/^s3:\/\/(\S+).*$/, "$1"),
        ...{ region: "us-east-1", credentials: testCredentials },
        ...(backend.endpoint === undefined ? {} : { endpoint: backend.endpoint }),
      },
      members: group.members,
    };
    const { stdout } = await execaNode({
      nodeOptions: process.execArgv,
    })`${fileURLToPath(import.meta.url)} --order ${JSON.stringify(order)}`;
    const { rows, bytes, writing, reading }: Streamed = JSON.parse(stdout);
    const rate = (seconds: number) =>
      `${seconds.toFixed(0)} s (${(order.bytes / seconds / 1e6).toFixed(0)} MB/s)`;
    say(`${gigabytes} GB in ${rows} rows, ${(bytes / 1e9).toFixed(2)} GB compressed`);
    say(`written in ${rate(writing)}, read back and checked in ${rate(reading)}`);
    say(`peak of memory, children included: ${((await group.peak()) / 1e6).toFixed(0)} MB`);
  } finally {
    await backend.stop();
    end();
  }
}

const { values } = parseArgs({
  options: {
    gigabytes: { type: "string", default: "20" },
    log: { type: "string" },
    order: { type: "string" },
  },
});
if (values.order !== undefined)
  process.stdout.write(JSON.stringify(await streamed(JSON.parse(values.order))));
else await measured(Number(values.gigabytes), values.log);
