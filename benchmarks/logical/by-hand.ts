import type { DatabaseAddress } from "../../engines/comparison/index.js";
import { withClient } from "../../engines/comparison/index.js";
import { zstdProgram } from "../../engines/path-programs.js";
import { libpqEnvironment } from "../../engines/postgres-logical/libpq.js";
import { toolPath } from "../../engines/postgres-logical/tools.js";
import { chain, outputOf } from "../../engines/processes.js";
import { type SealedPlace, sealedReader, sealedWriter } from "../../engines/sealed/parts.js";
import type { Store } from "../../vault/index.js";
import { requireDigests, withDigests } from "./digests-by-hand.js";

/** What a run by hand needs. */
export interface ByHand {
  readonly address: DatabaseAddress;
  readonly place: SealedPlace & { readonly store: Store };
  /** A folder of its own. */
  readonly folder: string;
  /** File with the digests of all rows, which are held against it after a restore. @default no row is looked at */
  readonly file?: string;
}

const dump = "dump.pgc.zst";

/**
 * `pg_dump -Fc -Z0 | zstd -3 --check | seal | upload`, and the server's roles: what anybody would write, with the same
 * compression, encryption, checksums and upload as the engine, and nothing else of it.
 */
export async function backupByHand({ file, ...by }: ByHand): Promise<void> {
  if (file === undefined) await dumpByHand(by);
  else await withDigests(by.address, { folder: by.folder, file }, (snapshot) => dumpByHand(by, snapshot));
}

async function dumpByHand({ address, place, folder }: ByHand, snapshot?: string): Promise<void> {
  const env = await libpqEnvironment(address, folder);
  const asOf = snapshot === undefined ? [] : [`--snapshot=${snapshot}`];
  const parts = sealedWriter({ ...place, stores: [place.store] });
  await parts.write(
    dump,
    chain([
      { path: await toolPath("pg_dump"), args: [...asOf, "--format=custom", "--compress=0"], env },
      {
        path: await zstdProgram(),
        args: ["-3", "--threads=1", "--check", "--stdout", "--quiet"],
      },
    ]),
  );
  await parts.write(
    "globals.sql",
    chain([{ path: await toolPath("pg_dumpall"), args: ["--globals-only"], env }]),
  );
}

/** `download | open | zstd -d | pg_restore`, then ANALYZE, as pg_restore's manual advises. */
export async function restoreByHand({ address, place, folder, file }: ByHand): Promise<void> {
  const env = await libpqEnvironment(address, folder);
  await withClient({ ...address, database: "postgres" }, (client) =>
    client.query(`CREATE DATABASE "${address.database}" TEMPLATE template0`),
  );
  const input = sealedReader(place).read({ name: dump, bytes: 0, sha256: "" });
  await outputOf(
    [
      { path: await zstdProgram(), args: ["--decompress", "--stdout", "--quiet"] },
      {
        path: await toolPath("pg_restore"),
        args: [`--dbname=${address.database}`, "--exit-on-error"],
        env,
      },
    ],
    { input },
  );
  await withClient(address, (client) => client.query("ANALYZE"));
  if (file !== undefined) await requireDigests(address, { folder, file });
}
