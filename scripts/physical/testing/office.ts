import { chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { vi } from "vitest";

import { storeLog } from "../../../engines/postgres/host/archive.js";
import { parsePlan } from "../../../plan/index.js";
import supportDesk from "../../../plans/support-desk.js";
import { keptInCloud } from "../../sealed/testing/cloud-keys.js";
import { type Answer, openTerminal } from "../../testing/terminal.js";
import { type Machine, ownFolder, startMachine } from "./machine.js";

/** Plan B with its server on this machine and both copies in folders, and whoever types commands. */
export interface Office extends AsyncDisposable {
  readonly machine: Machine;
  readonly folder: string;
  /** The plan as a file. */
  readonly plan: string;
  /** File with the identity of a holder of the recovery key. */
  readonly holder: string;
  /** Folders of the copies, by site. */
  readonly copies: Readonly<Record<"office" | "offsite", string>>;
  /** Arguments that say where the copies are. */
  readonly places: readonly string[];
  /** Runs a command on the plan and its copies. */
  on(command: string, ...args: string[]): Promise<Answer>;
  /** Runs a command as it is typed, without places. */
  secondsite(...args: string[]): Promise<Answer>;
  /** The same for one that has to be done. @returns what it printed */
  succeed(command: string, ...args: string[]): Promise<string>;
  /** Sets up archiving, with the restart that it takes. */
  archive(): Promise<void>;
  /** Waits until everything that was written so far is stored. */
  archived(): Promise<void>;
  /** Makes a folder in which servers may work; it goes with the office. */
  room(): Promise<string>;
  /** `restore` into a folder of its own, with the holder's key. @returns the answer and the folder */
  restore(...args: string[]): Promise<Answer & { readonly into: string }>;
}

/** A change of the plan, such as of the kinds of its physical backups. */
type Change = (backups: Record<string, unknown>[]) => Record<string, unknown>[];

/** How an office differs from most. */
interface OfficeOptions {
  /** Of the server. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  /** `kms`: AWS keeps the category's key. @default "age": the holders' keys alone */
  readonly keys?: "age" | "kms";
}

/** Starts it; the server does not archive yet. */
export async function startOffice(
  change: Change = (backups) => backups,
  { settings = {}, keys = "age" }: OfficeOptions = {},
): Promise<Office> {
  const machine = await startMachine(settings);
  const folder = await ownFolder("ss-office-");
  const identity = await generateIdentity();
  const holder = join(folder, "holder.txt");
  await writeFile(holder, `${identity}\n`, { mode: 0o600 });
  const plan = structuredClone(supportDesk);
  if (plan.keys.recovery) plan.keys.recovery.recipients = [await identityToRecipient(identity)];
  if (keys === "kms") keptInCloud(plan);
  const tickets = plan.datasets.tickets;
  if (tickets?.kind === "postgres") Object.assign(tickets, { backups: change(tickets.backups as never) });
  const file = join(folder, "plan.json");
  await writeFile(file, JSON.stringify(parsePlan(plan)));
  vi.stubEnv("XDG_STATE_HOME", join(folder, "state"));
  vi.stubEnv("PGHOST", machine.address.host);
  vi.stubEnv("PGUSER", machine.address.user);
  const terminal = openTerminal();
  const roots = { office: join(folder, "office"), offsite: join(folder, "offsite") };
  for (const root of Object.values(roots)) await mkdir(root);
  const places = Object.entries(roots).flatMap(([site, path]) => ["--store", `${site}=${path}`]);
  const on = (command: string, ...args: string[]) => terminal.secondsite(command, file, ...args, ...places);
  const succeed = async (command: string, ...args: string[]) => {
    const { code, out, err } = await on(command, ...args);
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}: ${err}${out}`);
    return out;
  };
  let rooms = 0;
  const room = async () => {
    rooms += 1;
    const path = join(folder, `room-${rooms}`);
    await mkdir(path);
    if (machine.as) await chown(path, machine.as.uid, machine.as.gid);
    return path;
  };
  return {
    secondsite: terminal.secondsite,
    ...{ machine, folder, plan: file, holder, places, on, succeed, room },
    async archive() {
      await on("archive", "tickets", "--yes");
      await machine.restart();
      await succeed("archive", "tickets", "--yes");
    },
    archived: () => storeLog(machine.address),
    copies: {
      office: join(roots.office, "desk-office-customer"),
      offsite: join(roots.offsite, "desk-offsite-customer"),
    },
    async restore(...args) {
      const into = join(await room(), "data");
      const answer = await on("restore", "--into-folder", into, "--identity", holder, "--yes", ...args);
      return { ...answer, into };
    },
    async [Symbol.asyncDispose]() {
      terminal.close();
      vi.unstubAllEnvs();
      await machine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
