import { readdir, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { vi } from "vitest";

import { killedCommand } from "../../sealed/testing/killed-command.js";
import { settled } from "../../sealed/testing/kills.js";
import { processesLeft } from "../../sealed/testing/leaks.js";
import { chanceFrom } from "../../testing/seed.js";
import { type Listed, listed, type Turn, turns } from "./kill-turns.js";
import type { Office } from "./office.js";

/** What kills of physical backups found. */
export interface Kills {
  /** What was not as promised, a line each, with the kill after which it was found. */
  readonly problems: string[];
  /** Kills by command and by what it had last said, a line each. */
  readonly steps: string[];
}

/** Backups of the last round stay, and what is older goes with the next one: so a kill may hit that as well. */
export const keptForASecond = (backups: Record<string, unknown>[]) =>
  backups.map((one) => (one.kind === "physical" ? { ...one, keep: "1s" } : one));

/**
 * Kills backup, verify and restore in turn, each with its whole process tree, at moments that a seed chooses, and looks
 * after each at what is left: each copy has the points that were listed, or newer ones for which retention dropped them, all
 * are as they were stored, the command run again does its work, and nothing of the killed one is left.
 *
 * @param office keeps its points for a second; see {@link keptForASecond}
 * @param tell told each kill and what was not as promised after it. @default nobody is
 */
export async function physicalKills(
  office: Office,
  kills: number,
  seed: number,
  tell: (line: string) => void = () => undefined,
): Promise<Kills> {
  const temporary = await office.room();
  // Folders for temporary files are below it: what is left in them is found.
  vi.stubEnv("TMPDIR", temporary);
  const scene = { office, temporary };
  const chance = chanceFrom(seed);
  const problems: string[] = [];
  const steps = new Map<string, number>();
  await office.machine.sql("CREATE TABLE ledger (id int PRIMARY KEY)");
  await office.succeed("backup", "tickets", "--kind", "physical");
  await office.succeed("verify", "--kind", "physical");
  const run = (args: readonly string[], after: number) =>
    killedCommand(onPlan(office, args), { at: "time", after }, undefined, temporary);
  const names = Object.keys(turns) as (keyof typeof turns)[];
  const durations = new Map<string, number>();
  for (const name of names) {
    const began = Date.now();
    const turn = await turns[name](office);
    await run(turn.args, 600_000);
    durations.set(name, Date.now() - began);
    const found = await turn.afterRun();
    if (found.length > 0) throw new Error(`${name} does not work: ${found.join("; ")}`);
  }
  for (let done = 0, tries = 0; done < kills && tries < 3 * kills; tries += 1) {
    const name = names[done % names.length] ?? "backup";
    const turn = await turns[name](office);
    const before = await listed(office);
    // In the first fifth node loads the program.
    const after = Math.floor((durations.get(name) ?? 0) * (0.2 + 0.8 * chance()));
    const began = Date.now();
    const { killed, group, err } = await run(turn.args, after);
    // Faster than it was: on a machine that others use too.
    if (!killed) durations.set(name, Date.now() - began);
    const step = `${name}: ${lastSaid(err)}`;
    if (killed) steps.set(step, (steps.get(step) ?? 0) + 1);
    if (killed) done += 1;
    const when = `${killed ? `${done} of ${kills}` : "ended before"}: ${step}, after ${after} ms`;
    tell(when);
    const found = await aftermath(scene, turn, before, killed ? group : undefined);
    for (const one of found) tell(`  ${one}`);
    problems.push(...found.map((one) => `${when}: ${one}`));
  }
  return {
    problems,
    steps: [...steps].sort().map(([step, count]) => `${String(count).padStart(4)} × ${step}`),
  };
}

/** What a command had last said, without what differs each time. */
function lastSaid(err: string): string {
  const line = err.trimEnd().split("\n").at(-1)?.trim() ?? "";
  return line.replace(/^\S+Z /, "").replace(/ \d{8}-\d{6}F\S*| (?:in|from) \/.*$/g, "") || "nothing said yet";
}

interface KillScene {
  readonly office: Office;
  /** Where temporary folders are made. */
  readonly temporary: string;
}

/** Looks at what a kill left, runs the command again, and looks once more. */
async function aftermath(
  scene: KillScene,
  turn: Turn,
  before: readonly Listed[],
  group: number | undefined,
): Promise<string[]> {
  const { office } = scene;
  const found = [...(await settled(() => running(scene, group)))];
  found.push(...(await losses(office, before)));
  if (group !== undefined && !(await turn.isDone?.())) {
    await passLeases(office);
    const [command = "", ...args] = turn.args;
    const { code, err, out } = await office.on(command, ...args);
    if (code !== 0) return [...found, `run again it ended with ${code}: ${err}${out}`];
  }
  found.push(...(await turn.afterRun()), ...(await losses(office, before)));
  return [
    ...found,
    ...(await settled(async () => [...(await running(scene, group)), ...(await files(scene))])),
  ];
}

/** Programs of commands, and what they talk to at the server. */
async function running({ office, temporary }: KillScene, group: number | undefined): Promise<string[]> {
  const [sessions] = await office.machine.sql(
    `SELECT 'session: ' || left(query, 80) AS leak FROM pg_stat_activity
      WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
      UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots`,
  );
  return [
    ...(await processesLeft(temporary, group)),
    ...(sessions?.rows ?? []).map(({ leak }: { leak: string }) => leak),
  ];
}

/** What was temporary, and leases that nobody holds any more. */
async function files({ office, temporary }: KillScene): Promise<string[]> {
  const left: string[] = [];
  for (const name of await readdir(temporary)) {
    // What tsx compiled stays, and everybody's own folder, but for what is in it.
    const inside = /^secondsite-\d+$/.test(name) ? await readdir(join(temporary, name)) : [""];
    if (!/^tsx-\d+$/.test(name)) left.push(...inside.map((one) => `temporary ${join(name, one)}`));
  }
  for (const lease of await leasesHeld(office)) left.push(`lease ${lease}`);
  return left;
}

/** Points that are gone although nothing newer can take their place, and whatever is not as it was stored. */
async function losses(office: Office, before: readonly Listed[]): Promise<string[]> {
  const now = await listed(office);
  const lost = before.filter(
    ({ site, label }) => !now.some((one) => one.site === site && one.label.localeCompare(label) >= 0),
  );
  const { code, out, err } = await office.on("verify", "--kind", "physical");
  return [
    ...lost.map(({ site, label }) => `${label} at ${site} was listed and is gone`),
    ...now.flatMap(({ site, label, problem }) =>
      problem === undefined ? [] : [`${label} at ${site}: ${problem}`],
    ),
    ...(code === 0 ? [] : [`verify ended with ${code}: ${err}${out}`]),
  ];
}

const onPlan = ({ plan, places }: Office, [command = "", ...args]: readonly string[]): string[] => [
  ...[command, plan, ...args, ...places],
];

async function leasesHeld({ copies }: Office): Promise<string[]> {
  const held: string[] = [];
  for (const folder of Object.values(copies)) {
    const root = join(folder, "leases/jobs");
    for (const name of await readdir(root, { recursive: true }).catch(() => [])) {
      const text = await readFile(join(root, name), "utf8").catch(() => "");
      if (text.includes('"state":"held"')) held.push(join(root, name));
    }
  }
  return held;
}

/** Ages leases by an hour: nobody wants to wait until a silent owner's may be taken over. */
async function passLeases(office: Office): Promise<void> {
  const then = new Date(Date.now() - 3_600_000);
  for (const lease of await leasesHeld(office)) await utimes(lease, then, then);
}
