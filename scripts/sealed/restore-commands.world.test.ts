import { access, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import { generateIdentity } from "age-encryption";
import { afterAll, beforeAll, expect, test } from "vitest";

import { compareDatabases } from "../../engines/comparison/index.js";
import { program } from "../../engines/postgres/programs.js";
import { toolPath } from "../../engines/postgres-logical/tools.js";
import { names, parsePlan } from "../../plan/index.js";
import { silent } from "../../sandbox/progress.js";
import { type FreshContainer, freshContainer, nobody } from "../../sandbox/testing/fresh-container.js";
import { ensureTools } from "../../sandbox/toolchain/index.js";
import { readChain } from "../../vault/index.js";
import { storeEnvironment } from "../../vault/testing/backends.js";
import { dumpJob } from "./job.js";
import { type Desk, startDesk } from "./testing/desk.js";
import { openingFolders } from "./testing/opening-folders.js";
import { readableBy } from "./testing/readable.js";

/** Sites of the copies: an S3 server and a disk. */
const sites = ["office", "offsite"] as const;
/** In the order in which a point of each is taken. */
const formats = ["custom", "directory"] as const;
const holders = ["first", "second"] as const;
const kind = "logical";

let desk: Desk;
let path: string[];
const containers: FreshContainer[] = [];

beforeAll(async () => {
  desk = await startDesk();
  path = await programs();
  for (const plan of [desk.plan, await planInParallel()]) {
    const made = await desk.secondsite("backup", plan, "tickets", "--kind", kind, ...desk.places);
    expect(made, made.err).toMatchObject({ code: 0 });
  }
  await readableBy(nobody, desk);
});
afterAll(async () => {
  for (const each of containers) {
    await each.run(["pg_ctl", "-D", "/restore/server", "-m", "immediate", "stop"]);
    await each.remove();
  }
  await desk?.[Symbol.asyncDispose]();
});

/** The plan, with a dump in parallel. */
async function planInParallel(): Promise<string> {
  const plan = JSON.parse(await readFile(desk.plan, "utf8"));
  const dump = plan.datasets.tickets.backups.find((one: { kind: string }) => one.kind === kind);
  dump.parallel = { jobs: 2, staging: "256MiB" };
  const file = join(desk.folder, "plan-in-parallel.json");
  await writeFile(file, JSON.stringify(plan));
  return file;
}

async function jobAt() {
  const store = desk.places.filter((text) => text !== "--store");
  return dumpJob(parsePlan(JSON.parse(await readFile(desk.plan, "utf8"))), "tickets", { kind, store });
}

/** Folders of the programs that the commands name. */
async function programs(): Promise<string[]> {
  const { zstd } = await ensureTools(["zstd"], silent);
  const own = [zstd, await toolPath("psql"), await program("initdb")].map(dirname);
  return [...new Set([...(await openingFolders()), ...own])];
}

/** A point's commands, as they are read back from its entry in one copy's chain. */
async function commandsOf(site: string, format: (typeof formats)[number]): Promise<string[][]> {
  const copy = (await jobAt()).direct.find((one) => one.site === site);
  const chain = copy ? await readChain(copy.store, names.manifestPrefix("tickets", 1)) : [];
  const { entry } = chain[formats.indexOf(format)] ?? {};
  if (entry?.entry !== "point") throw new Error(`no point in the ${format} format at ${site}`);
  return entry.restore;
}

/** A machine with access to the bucket and one holder's file, or somebody else's. */
async function container(identity: string): Promise<FreshContainer> {
  const made = await freshContainer({
    path,
    env: { ...storeEnvironment, PGHOST: "/restore", PGUSER: "postgres" },
  });
  containers.push(made);
  await writeFile(join(made.folder, "recovery.txt"), identity);
  return made;
}

const done = async (where: FreshContainer, command: readonly string[]) => {
  const { exitCode, all } = await where.run(command);
  expect(exitCode, `${command.slice(0, 4).join(" ")}: ${all}`).toBe(0);
};

/** Starts the empty server into which the commands restore. */
async function server(where: FreshContainer): Promise<void> {
  await done(where, ["initdb", "-D", "/restore/server", "-U", "postgres", "--auth=trust"]);
  const options = "-c listen_addresses= -c unix_socket_directories=/restore";
  await done(where, ["pg_ctl", "-D", "/restore/server", "-l", "/restore/log", "-o", options, "-w", "start"]);
}

/** Each format from each site; each holder with each of both. */
const everyWay = formats.flatMap((format, index) =>
  sites.map((site, other) => ({ format, site, holder: holders[(index + other) % 2] ?? "first" })),
);

test.each(everyWay)(
  "F7: a dump by its entry's commands as they stand, in a fresh container: %o",
  async ({ format, site, holder }) => {
    const where = await container(await readFile(desk.holders[holders.indexOf(holder)] ?? "", "utf8"));
    await server(where);
    for (const command of await commandsOf(site, format)) await done(where, command);

    const restored = { ...desk.database, host: where.folder, database: "desk" };
    expect(await compareDatabases(desk.database, restored)).toEqual([]);
  },
);

test("a stranger's identity opens nothing: the command that opens fails, and no part is left in clear", async () => {
  const where = await container(`${await generateIdentity()}\n`);
  const [key = [], parts = [], open = []] = await commandsOf("offsite", "custom");
  for (const command of [key, parts]) await done(where, command);
  const { exitCode, all } = await where.run(open);

  expect(exitCode).toBe(1);
  expect(all).toMatch(/this identity opens none of age1/);
  await expect(access(join(where.folder, "globals.sql"))).rejects.toThrow("ENOENT");
});

test("no node and nothing of ours is within reach of the commands", async () => {
  const where = await container("");
  for (const program of ["node", "npx", "secondsite"])
    expect((await where.run([program, "--version"])).exitCode).not.toBe(0);
});
