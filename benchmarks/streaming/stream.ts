import { checked } from "../../engines/checked-parts.js";
import { RowSums } from "../../engines/comparison/index.js";
import { zstdProgram } from "../../engines/path-programs.js";
import { Watched } from "../../engines/postgres-logical/watched.js";
import { chain } from "../../engines/processes.js";
import { sealedReader, sealedWriter } from "../../engines/sealed/parts.js";
import { s3Store } from "../../vault/index.js";
import { Chance } from "../logical/chance.js";
import { enterGroup } from "./memory-group.js";

/** What is streamed, by a process of its own. */
export interface StreamOrder {
  /** Of input; it hardly compresses, so that as many are stored. */
  readonly bytes: number;
  readonly store: Parameters<typeof s3Store>[0];
  /** Where this process enters its control group. */
  readonly members: string;
}

/** What went through. */
export interface Streamed {
  readonly rows: number;
  /** As compressed. */
  readonly bytes: number;
  /** Seconds to write it, and to read it back and check it. */
  readonly writing: number;
  readonly reading: number;
}

/** Streams generated rows the way of a dump, hashed, compressed, encrypted and uploaded; then all the way back. */
export async function streamed({ bytes, store, members }: StreamOrder): Promise<Streamed> {
  await enterGroup(members);
  const place = {
    store: s3Store(store),
    prefix: "streaming/",
    key: { id: "data-000001", secret: new Uint8Array(32).fill(7), context: { dataset: "benchmark" } },
  };
  const path = await zstdProgram();
  const rows = new RowSums();
  const input = new Watched(rows).through(generated(bytes));
  const began = performance.now();
  const part = await sealedWriter({ ...place, stores: [place.store] }).write(
    "dump.pgc.zst",
    chain([{ path, args: ["-3", "--threads=1", "--check", "--stdout", "--quiet"] }], { input }),
  );
  const written = performance.now();
  let back = 0;
  const unpack = { path, args: ["--decompress", "--stdout", "--quiet"] };
  const found = new RowSums();
  for await (const chunk of chain([unpack], { input: checked(sealedReader(place), part) })) {
    found.add(chunk);
    back += chunk.length;
  }
  const same = found.fingerprint([]).sha256 === rows.fingerprint([]).sha256;
  if (!same || back < bytes) throw new Error("what was read back is not what was written");
  return {
    rows: rows.fingerprint([]).rows,
    bytes: part.bytes,
    writing: (written - began) / 1_000,
    reading: (performance.now() - written) / 1_000,
  };
}

/** Rows of 100 digits in another order each time: generating 20 GB anew would take longer than what is measured. */
async function* generated(bytes: number): AsyncGenerator<Buffer> {
  const chance = new Chance(1);
  const pool = Array.from({ length: 256 }, () =>
    Buffer.from(Array.from({ length: 650 }, () => `${chance.hex(100)}\n`).join("")),
  );
  for (let written = 0; written < bytes; ) {
    const chunk = Buffer.from(pool[chance.number(pool.length)] ?? "");
    // A number of its own for each piece: no two are the same, and none is found again by the compressor.
    for (let at = 0; at < chunk.length - 8; at += 101) chunk.write(chance.hex(8), at, "latin1");
    written += chunk.length;
    yield chunk;
  }
}
