import { copyFile, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { generateIdentity } from "age-encryption";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { contentOf, type DatabaseContent, differences, withClient } from "../../engines/comparison/index.js";
import { program } from "../../engines/postgres/programs.js";
import { names } from "../../plan/index.js";
import { silent } from "../../sandbox/progress.js";
import { type FreshContainer, freshContainer } from "../../sandbox/testing/fresh-container.js";
import { ensureTools } from "../../sandbox/toolchain/index.js";
import { directoryStore, readChain } from "../../vault/index.js";
import { storeEnvironment } from "../../vault/testing/backends.js";
import { startTlsOffice, type TlsOffice } from "./testing/tls-office.js";

let tls: TlsOffice;
/** Folders of the programs that the commands name. */
let path: string[];
/** What the server held at the backups' end. */
let wanted: DatabaseContent;
const containers: FreshContainer[] = [];

beforeAll(async () => {
  const tools = await ensureTools(["age", "aws", "jq", "pgbackrest", "postgres"], silent);
  const programs = [tools.age, tools.aws, tools.jq, tools.pgbackrest, await program("postgres")];
  path = [...new Set(programs.map(dirname))];
  tls = await startTlsOffice(["office", "offsite"]);
  const { machine } = tls.office;
  await tls.secondsite("archive", "tickets", "--yes");
  await machine.restart();
  const archived = await tls.secondsite("archive", "tickets", "--yes");
  expect(archived, archived.err).toMatchObject({ code: 0 });
  await machine.sql(
    "CREATE TABLE ledger (id int PRIMARY KEY, note text)",
    "CREATE ROLE clerk LOGIN PASSWORD 'secret'",
    "GRANT SELECT ON ledger TO clerk",
    "INSERT INTO ledger SELECT n, md5(n::text) FROM generate_series(1, 1000) n",
  );
  wanted = await contentOf(machine.address);
  const backup = await tls.secondsite("backup", "tickets", "--kind", "physical");
  expect(backup, backup.err).toMatchObject({ code: 0 });
  await machine.sql("INSERT INTO ledger VALUES (2000, 'after the backup')");
  // Whoever restores has access to the copy: of a folder that is the user that the commands run as.
  const { uid, gid } = machine.as ?? {};
  if (uid !== undefined) await execa("chown", ["-R", `${uid}:${gid}`, tls.office.copies.offsite]);
});
afterAll(async () => {
  for (const each of containers) {
    await each.run(["pg_ctl", "-D", "/restore/data", "-m", "immediate", "stop"]);
    await each.remove();
  }
  await tls?.[Symbol.asyncDispose]();
});

const prefix = names.manifestPrefix("tickets", 1);

/** A point's commands, read back from its entry in the copy. */
const commandsAt = {
  async office() {
    const { s3, bucket: Bucket } = tls;
    const { Contents: [{ Key } = {}] = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket, Prefix: prefix }),
    );
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return JSON.parse((await Body?.transformToString()) ?? "{}").restore as string[][];
  },
  async offsite() {
    const [found] = await readChain(directoryStore(tls.office.copies.offsite), prefix);
    return found?.entry?.entry === "point" ? found.entry.restore : [];
  },
};

/** A machine that knows the store's credentials, or none, and has one holder's file. */
async function container(identity: string, bucket: boolean): Promise<FreshContainer> {
  const { as } = tls.office.machine;
  const made = await freshContainer({
    ...{ caFile: tls.store.authority, path, ...(as ? { user: as } : {}) },
    env: bucket
      ? {
          ...storeEnvironment,
          // The CLI brings authorities of its own.
          AWS_CA_BUNDLE: "/etc/ssl/certs/ca-certificates.crt",
        }
      : {},
  });
  containers.push(made);
  await copyFile(identity, join(made.folder, "recovery.txt"));
  return made;
}

test.each(["office", "offsite"] as const)(
  "F7: a physical point at the %s restores by its entry's commands as they stand, with a holder's file and nothing of ours",
  async (site) => {
    // The file is another user's than its owner's on this machine.
    const identity = join(tls.office.folder, `holder-${site}.txt`);
    await writeFile(identity, await readFile(tls.office.holder), { mode: 0o644 });
    const where = await container(identity, site === "office");
    for (const ours of ["node", "secondsite"])
      expect((await where.run([ours, "--version"])).exitCode).not.toBe(0);
    const commands = await commandsAt[site]();
    expect(commands.length).toBeGreaterThan(0);
    for (const command of commands) {
      const { exitCode, all } = await where.run(command);
      expect(exitCode, `${command[0]}: ${all}`).toBe(0);
    }

    const restored = { ...tls.office.machine.address, host: where.folder };
    const recovering = () =>
      withClient(restored, async (client) => {
        const { rows } = await client.query("SELECT pg_is_in_recovery() AS recovering");
        return rows[0]?.recovering;
      });
    await expect.poll(recovering, { timeout: 60_000 }).toBe(false);
    expect([...differences(wanted, await contentOf(restored, { like: wanted }))]).toEqual([]);
  },
);

test("F7: with a stranger's file the passphrase does not open, and nothing is restored", async () => {
  const identity = join(tls.office.folder, "stranger.txt");
  await writeFile(identity, `${await generateIdentity()}\n`, { mode: 0o644 });
  const where = await container(identity, false);
  const [fetch = [], open = []] = await commandsAt.offsite();
  expect((await where.run(fetch)).exitCode).toBe(0);
  const { exitCode, all } = await where.run(open);
  expect(exitCode).toBe(1);
  expect(all).toContain("/restore/recovery.txt opens none of: age1");
  await expect(readFile(join(where.folder, "pgbackrest.conf"))).rejects.toThrow("ENOENT");
});
