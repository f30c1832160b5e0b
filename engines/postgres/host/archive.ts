import { chown, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { names } from "../../../plan/index.js";
import { type CopyPlace, unwrapPassphrase } from "../../../vault/index.js";
import { asked } from "../../asked.js";
import type { DatabaseAddress } from "../../comparison/index.js";
import { EngineError } from "../../errors.js";
import type { SystemUser } from "../../system-user.js";
import { pgbackrest } from "../pgbackrest.js";
import { epochsAt } from "../points-copies.js";
import { layPassphrase } from "../vault-keys.js";
import { writeConfig } from "./config.js";
import { continues, newestSegments, refuseOtherLog } from "./continuing.js";
import type { HostDataset } from "./dataset.js";
import {
  formatState,
  type HostFolder,
  type HostState,
  hostFolder,
  makeFolder,
  readState,
  writeFor,
} from "./folder.js";
import { type HostServer, hostServer } from "./server.js";
import { type NeededSetting, neededSettings } from "./settings.js";

/** How a server archives. */
export interface Archiving {
  readonly server: HostServer;
  readonly folder: HostFolder;
  /** What it was set up with; undefined while it never was. */
  readonly state: HostState | undefined;
  readonly settings: readonly NeededSetting[];
  /** Copies that log goes to at another place than they are said to be at. */
  readonly moved: readonly MovedCopy[];
}

/** A copy that is not where archiving was set up for. */
export interface MovedCopy {
  readonly site: string;
  /** Where its log goes. */
  readonly from: string;
  /** Where it is said to be. */
  readonly to: string;
}

/**
 * Looks at how a server archives; changes nothing.
 *
 * @throws EngineError (2) when what was set up in its place is another system, or another plan's
 */
export async function archivingOf(of: HostDataset, address: DatabaseAddress): Promise<Archiving> {
  const server = await hostServer(address);
  const folder = hostFolder(server.data, of.dataset);
  const state = await readState(folder);
  if (state && state.plan !== of.plan.name)
    throw new EngineError(`${folder.state} is of plan "${state.plan}", not of "${of.plan.name}"`, 2);
  const moved = of.copies.flatMap(({ site, store }) => {
    const from = state?.stores?.[site];
    return from === undefined || from === store.label ? [] : [{ site, from, to: store.label }];
  });
  return { server, folder, state, settings: await neededSettings(of, server, folder), moved };
}

/** Whether its log goes where the plan says. */
export const archives = ({ state, server, settings, moved }: Archiving): boolean =>
  state?.systemIdentifier === server.systemIdentifier &&
  moved.length === 0 &&
  settings.every(({ met }) => met);

/** Which epoch a server begins to archive into, where that is a decision. */
export type EpochChoice = "new" | "continue" | undefined;

/**
 * Sets a server up to archive: keys, configuration, repositories, and the settings that need no restart. Safe to run
 * again.
 *
 * @param choice of the epoch, for a server that never archived where another one did
 * @returns what is left to be done by whoever may restart the server
 * @throws EngineError (2) when that decision is missing; (3) when a store or the server fails
 */
export async function setUpArchiving(
  of: HostDataset,
  address: DatabaseAddress,
  choice: EpochChoice,
  say: (line: string) => void,
): Promise<Archiving> {
  const { plan, dataset, copies } = of;
  const before = await archivingOf(of, address);
  const { server, folder } = before;
  if (server.standby)
    throw new EngineError(
      "the server is a standby: its primary archives",
      2,
      "run this where the primary runs",
    );
  const epoch = await epochFor(of, before, choice);
  if (choice === "new" && before.state?.epoch === epoch)
    say(`epoch ${epoch} is this server's own, and its log goes on there: no other is begun`);
  await makeFolder(folder, server.as);
  const passphrase = await passphraseFor(of, folder, say);
  await writeFor(folder.passphrase, passphrase, server.as);
  const state: HostState = {
    ...{ version: 1, plan: plan.name, dataset },
    ...{ systemIdentifier: server.systemIdentifier, epoch },
    stores: Object.fromEntries(copies.map(({ site, store }) => [site, store.label])),
  };
  await writeConfig(folder, { of, copies, epoch, passphrase, server, lasting: true }, server.as);
  await writeFor(folder.state, formatState(state), server.as);
  const tool = pgbackrest(folder.config, dataset, server.as);
  for (const { place } of copies)
    await makeRepository(place, names.repositoryPath(dataset, epoch), server.as);
  await tool.run("stanza-create");
  say(`the repositories of epoch ${epoch} are at ${copies.map(({ site }) => site).join(", ")}`);
  await applySettings(before.settings, address, say);
  const after = await archivingOf(of, address);
  if (!archives(after)) return after;
  // Switches a segment and waits until each repository has it.
  await tool.run("check");
  say(`a segment of the log was stored at ${copies.map(({ site }) => site).join(", ")}`);
  return after;
}

/** In a folder the repository belongs to the server's user, whoever owns what is above it. */
async function makeRepository(place: CopyPlace, path: string, as: SystemUser | undefined): Promise<void> {
  if (place.kind !== "folder") return;
  const repository = join(place.folder, path);
  await mkdir(repository, { recursive: true });
  if (as) await chown(repository, as.uid, as.gid);
}

/**
 * The epoch to archive into. Into one that has log already goes only a server whose own continues it. A new one is begun by a
 * server whose log is not that of its own newest epoch: the command that began one may be given again. Nothing is changed.
 *
 * @throws EngineError (2) when a decision is missing, or the server's log does not go on where that epoch's ends
 */
export async function epochFor(
  { dataset, copies }: HostDataset,
  { state, server }: Archiving,
  choice: EpochChoice,
): Promise<number> {
  const epochs = (await Promise.all(copies.map((copy) => epochsAt(copy)))).flat();
  // Dumps have the same epochs, and archive nothing.
  const folders = copies.map(({ store }) => store.folders(names.repositoryPrefix(dataset)));
  const archived = (await Promise.all(folders)).some((found) => found.length > 0);
  const newest = Math.max(1, ...epochs);
  const known = state?.systemIdentifier === server.systemIdentifier ? state.epoch : undefined;
  if (!archived) return known ?? newest;
  if (choice === undefined && known === undefined)
    throw new EngineError(
      `"${dataset}" was archived before, up to epoch ${newest}, and not by this server's folder`,
      2,
      "--new-epoch for a restored or another server; --continue-epoch only where no other server archives any more",
    );
  const present = known ?? newest;
  const stored = await newestSegments(copies, present);
  const segment = await presentSegment(server.address);
  if (choice !== "new") refuseOtherLog(present, stored, segment);
  else if (!isOwn(known, newest, stored, segment)) return Math.max(newest, state?.epoch ?? 0) + 1;
  return present;
}

/** Whether the epoch that a server knows as its own is still that: nothing was archived into it, or its own log alone. */
const isOwn = (known: number | undefined, newest: number, stored: readonly string[], segment: string) =>
  known !== undefined && (stored.length === 0 || (known >= newest && continues(stored, segment)));

/** The segment that a server writes at present. */
const presentSegment = (address: DatabaseAddress): Promise<string> =>
  asked(address, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      "SELECT pg_walfile_name(pg_current_wal_insert_lsn()) AS name",
    );
    return rows[0]?.name ?? "";
  });

/** The repositories' passphrase: the one that is kept here, one that was made just now, or what a key at hand opens. */
async function passphraseFor(
  { plan, dataset, copies, recipients }: HostDataset,
  folder: HostFolder,
  say: (line: string) => void,
): Promise<string> {
  const laid = { plan: plan.name, dataset, stores: copies.map(({ store }) => store), recipients };
  const made = await layPassphrase(laid, say);
  if (made !== undefined) return made;
  const kept = await readFile(folder.passphrase, "utf8").catch(() => undefined);
  if (kept !== undefined && kept !== "") return kept;
  const [first] = copies;
  if (!first) throw new EngineError(`"${dataset}" has no physical copy`, 2);
  return unwrapPassphrase(first.ring);
}

/** Sets what is not as it has to be; a command line or a later file may still say otherwise. */
async function applySettings(
  settings: readonly NeededSetting[],
  address: DatabaseAddress,
  say: (line: string) => void,
): Promise<void> {
  const wrong = settings.filter(({ met, pending }) => !met && !pending);
  if (wrong.length === 0) return;
  await asked(address, async (client) => {
    for (const { name, value } of wrong) {
      await client.query(`ALTER SYSTEM SET ${pg.escapeIdentifier(name)} = ${pg.escapeLiteral(value)}`);
      say(`set ${name} = ${value}`);
    }
    await client.query("SELECT pg_reload_conf()");
    // Until the postmaster has read it.
    await client.query("SELECT pg_sleep(0.5)");
  });
}

/** Longest that the log may take until it is stored, milliseconds. */
const storedWithin = 600_000;

/**
 * Ends the segment that is being written, and waits until all that was written before is stored.
 *
 * @throws EngineError (3) when it takes too long: a store does not answer
 */
export async function storeLog(address: DatabaseAddress): Promise<void> {
  await asked(address, async (client) => {
    // A record of our own, so that there is a segment to end.
    const { rows } = await client.query<{ name: string }>(
      "SELECT pg_walfile_name(pg_create_restore_point('secondsite')) AS name, pg_switch_wal()",
    );
    const name = rows[0]?.name ?? "";
    for (const deadline = Date.now() + storedWithin; ; ) {
      const archiver = await client.query<{ name: string | null }>(
        "SELECT last_archived_wal AS name FROM pg_stat_archiver",
      );
      const last = archiver.rows[0]?.name ?? "";
      if (/^[0-9A-F]{24}/.test(last) && last.slice(0, 24) >= name) return;
      if (Date.now() > deadline)
        throw new EngineError(
          `segment ${name} was not stored within ${storedWithin / 1_000} s`,
          3,
          "secondsite archive <plan> <dataset> says how the server archives",
        );
      await sleep(200);
    }
  });
}
