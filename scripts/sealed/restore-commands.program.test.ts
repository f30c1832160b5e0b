import { access, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { generateIdentity } from "age-encryption";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";

import { compareDatabases } from "../../engines/comparison/index.js";
import { logicalEngine } from "../../engines/postgres-logical/index.js";
import { testServer } from "../../engines/postgres-logical/testing/world.js";
import { toolPath } from "../../engines/postgres-logical/tools.js";
import { captureSealed } from "../../engines/sealed/capture.js";
import { names, parsePlan } from "../../plan/index.js";
import { silent } from "../../sandbox/progress.js";
import { ensureTools } from "../../sandbox/toolchain/index.js";
import { readChain } from "../../vault/index.js";
import { dumpJob } from "./job.js";
import { type Desk, startDesk } from "./testing/desk.js";

/** Sites of the copies: an S3 server and a disk. */
const sites = ["office", "offsite"] as const;
/** In the order in which a point of each is taken. */
const formats = ["custom", "directory"] as const;
const holders = ["first", "second"] as const;
const kind = "logical";

let desk: Desk;
/** Folders with the programs that the commands name, and nothing else. */
let path: string;

beforeAll(async () => {
  desk = await startDesk();
  path = await programs();
  const made = await desk.secondsite("backup", desk.plan, "tickets", "--kind", kind, ...desk.places);
  expect(made, made.err).toMatchObject({ code: 0 });
  await inParallel();
});
afterAll(() => desk?.[Symbol.asyncDispose]());

/** Captures in the directory format, which no command chooses yet. */
async function inParallel(): Promise<void> {
  const { direct: copies, recipients, ...job } = await jobAt();
  const source = { address: desk.database, as: job.backup.as, parallel: { jobs: 2, staging: 1 << 26 } };
  const { copies: done } = await captureSealed(
    { engine: logicalEngine(), source, kind, takenAt: job.spec.at, epoch: 1, copies, recipients },
    { staging: join(desk.folder, "staging"), say: () => undefined },
  );
  expect(done.map(({ failure }) => failure)).toEqual([undefined, undefined]);
}

async function jobAt() {
  const store = desk.places.filter((text) => text !== "--store");
  return dumpJob(parsePlan(JSON.parse(await readFile(desk.plan, "utf8"))), "tickets", { kind, store });
}

async function programs(): Promise<string> {
  const bin = join(desk.folder, "bin");
  await mkdir(bin);
  const tools = await ensureTools(["aws", "age", "zstd", "encryption-sdk-python"], silent);
  const found = {
    ...{ aws: tools.aws, age: tools.age, zstd: tools.zstd, cp: "/bin/cp" },
    ...{ psql: await toolPath("psql"), pg_restore: await toolPath("pg_restore") },
  };
  for (const [name, program] of Object.entries(found)) await symlink(program, join(bin, name));
  // A virtual environment is found beside its own python, so that a link to it would lose it.
  return [bin, dirname(tools["encryption-sdk-python"])].join(delimiter);
}

/** A point's commands, as they are read back from its entry in one copy's chain. */
async function commandsOf(site: string, format: (typeof formats)[number]): Promise<string[][]> {
  const copy = (await jobAt()).direct.find((one) => one.site === site);
  const chain = copy ? await readChain(copy.store, names.manifestPrefix("tickets", 1)) : [];
  const { entry } = chain[formats.indexOf(format)] ?? {};
  if (entry?.entry !== "point") throw new Error(`no point in the ${format} format at ${site}`);
  return entry.restore;
}

/** Runs one command in a folder, knowing only where programs, the store and the server are. */
const run = ([program = "", ...args]: readonly string[], cwd: string, host: string) =>
  execa(program, args, {
    ...{ cwd, reject: false, all: true, extendEnv: false, stdin: "ignore" },
    env: {
      PATH: path,
      ...{ PGHOST: host, PGUSER: "postgres" },
      AWS_PROFILE: "desk-office",
      AWS_SHARED_CREDENTIALS_FILE: join(desk.folder, "credentials"),
    },
  });

const everyWay = formats.flatMap((format) =>
  sites.flatMap((site) => holders.map((holder) => ({ format, site, holder }))),
);

test.each(everyWay)(
  "F7: a dump by its entry's commands as they stand: %o",
  async ({ format, site, holder }) => {
    await using empty = await testServer();
    const folder = await mkdtemp(join(tmpdir(), "ss-verbatim-"));
    await copyFile(desk.holders[holders.indexOf(holder)] ?? "", join(folder, "recovery.txt"));
    for (const command of await commandsOf(site, format)) {
      const { exitCode, all } = await run(command, folder, empty.address.host);
      expect(exitCode, `${command.slice(0, 4).join(" ")}: ${all}`).toBe(0);
    }

    expect(await compareDatabases(desk.database, { ...empty.address, database: "desk" })).toEqual([]);
    await rm(folder, { recursive: true });
  },
);

test("a stranger's identity opens nothing: the command that opens fails, and no part is left in clear", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ss-verbatim-"));
  await writeFile(join(folder, "recovery.txt"), `${await generateIdentity()}\n`);
  const [key = [], parts = [], open = []] = await commandsOf("offsite", "custom");
  for (const command of [key, parts]) expect((await run(command, folder, "")).exitCode).toBe(0);
  const { exitCode, all } = await run(open, folder, "");

  expect(exitCode).toBe(1);
  expect(all).toMatch(/this identity opens none of age1/);
  await expect(access(join(folder, "globals.sql"))).rejects.toThrow("ENOENT");
  await rm(folder, { recursive: true });
});

test("no node and nothing of ours is within reach of the commands", async () => {
  for (const program of ["node", "npx", "secondsite"])
    expect(await run([program, "--version"], desk.folder, "")).toMatchObject({ code: "ENOENT" });
});
