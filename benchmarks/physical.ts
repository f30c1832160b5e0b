import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";

import { hostFolder } from "../engines/postgres/host/folder.js";
import { type Plan, parsePlan } from "../plan/index.js";
import supportDesk from "../plans/support-desk.js";
import { ownFolder, startMachine } from "../scripts/physical/testing/machine.js";
import { record } from "./log.js";
import { fill } from "./logical/data.js";
import { machine as thisMachine } from "./machine.js";
import { type RunOrder, steps, type Way, ways } from "./physical/order.js";
import { measuredRun } from "./physical/run.js";
import { setUpArchiving } from "./physical/set-up.js";
import { benchmark, inOwnProcess, rounds } from "./rounds.js";
import { summary } from "./summary.js";

/**
 * `npm run benchmark:physical -- [--size 1] [--runs 5] [--log FILE]`: full physical backup of one server into two
 * repositories, and restore of one, by pgBackRest by hand and by the engine in turn: the same repositories with the same
 * configuration, thus with the same compression, encryption and checksums. After a restore both replay the log, have
 * pg_amcheck look at every table and index, and shut the server down.
 *
 * Sought is that the engine takes at most 1.05 times as long.
 */

/** Plan B, whose keys are held by an identity of ours. */
async function planIn(folder: string): Promise<{ readonly plan: string; readonly holder: string }> {
  const identity = await generateIdentity();
  const [plan, holder] = [join(folder, "plan.json"), join(folder, "holder.txt")];
  const changed: Plan = structuredClone(supportDesk);
  if (changed.keys.recovery) changed.keys.recovery.recipients = [await identityToRecipient(identity)];
  await writeFile(plan, JSON.stringify(parsePlan(changed)));
  await writeFile(holder, `${identity}\n`, { mode: 0o600 });
  return { plan, holder };
}

async function compared(size: number, runs: number, log: string | undefined): Promise<void> {
  const { say, end } = record(log);
  const folder = await ownFolder("secondsite-benchmark-");
  await using machine = await startMachine({
    shared_buffers: "1GB",
    maintenance_work_mem: "256MB",
    fsync: "on",
  });
  try {
    say(await thisMachine());
    await machine.sql("CREATE DATABASE shop");
    await fill({ ...machine.address, database: "shop" }, size, folder);
    const [bytes] = await machine.sql("SELECT pg_size_pretty(pg_database_size('shop')) AS size");
    say(`database: ${bytes?.rows[0]?.size} on the server's disk, size ${size}`);
    const { plan, holder } = await planIn(folder);
    const store = ["office", "offsite"].map((site) => `${site}=${join(folder, site)}`);
    for (const site of ["office", "offsite"]) await mkdir(join(folder, site));
    const pid = Number((await readFile(join(machine.data, "postmaster.pid"), "utf8")).split("\n")[0]);
    const order = (what: RunOrder["what"], by: Way): RunOrder => ({
      ...{ what, by, plan, holder, store, server: pid },
      ...{ address: machine.address, config: hostFolder(machine.data, "tickets").config },
      into: join(folder, "restored"),
    });
    await setUpArchiving(machine, order("backup", "engine"));
    for (const what of steps) {
      const run = (by: Way) => inOwnProcess(import.meta.url, order(what, by));
      const { hand, engine } = await rounds({ what, ways, runs, run, say });
      say(`\n${summary(what, { hand, engine })}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
    end();
  }
}

await benchmark(measuredRun, compared);
