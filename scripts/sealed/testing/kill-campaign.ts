import { findPoints } from "../../../engines/sealed/points.js";
import { planPrune, prune } from "../../../engines/sealed/prune.js";
import type { Answer } from "../../testing/terminal.js";
import { type Killable, killables, type Turn } from "./kill-commands.js";
import { killedCommand } from "./killed-command.js";
import { type KillDesk, kind, settled } from "./kills.js";
import { leaksOf } from "./leaks.js";
import { chanceFrom, nextKill, Tally, type Trace } from "./moments.js";
import { type Acknowledged, lossesOf } from "./points-kept.js";

/** What a campaign found. */
export interface Campaign {
  /** What was not as promised, a line each, with the kill after which it was found. */
  readonly problems: string[];
  /** Kills per command and step, a line each. */
  readonly kills: string[];
  /** Boundaries of the commands' store calls at which nothing was killed. */
  readonly missed: string[];
}

/**
 * Kills commands in turn, and looks after each kill at what is left. The same seed chooses the same moments.
 *
 * @param every whether each boundary of a store's call has to be hit, as far as there are kills for it
 * @param tell told each kill and what was not as promised after it, as they come. @default nobody is
 */
export async function killCampaign(
  scene: KillDesk,
  kills: number,
  seed: number,
  every: boolean,
  tell: (line: string) => void = () => undefined,
): Promise<Campaign> {
  const chance = chanceFrom(seed);
  const tally = new Tally();
  const problems: string[] = [];
  const acknowledged: Acknowledged = new Set();
  const traces = new Map<string, Trace>();
  await begun(scene, acknowledged);
  for (const command of killables) {
    const turn = await command.turn(scene);
    const { answer, trace } = await traced(scene, command, turn);
    if (answer.code !== 0) throw new Error(`${command.name} does not work: ${answer.err}`);
    note(acknowledged, answer.out);
    for (const id of turn.droppable) acknowledged.delete(id);
    traces.set(command.name, trace);
  }
  for (let done = 0, tries = 0; done < kills && tries < kills * 3; tries += 1) {
    const { command: name, moment } = nextKill(traces, tally, chance, done, every ? kills - done : undefined);
    const command = killables.find((one) => one.name === name);
    if (!command) throw new RangeError(name);
    const turn = await command.turn(scene);
    await acknowledgeAll(scene, acknowledged);
    const { killed, group, out } = await killedCommand(turn.args, moment, scene.gate, scene.aside);
    note(acknowledged, out);
    if (killed) {
      tally.add(command.name, moment);
      done += 1;
    }
    const { found, next: trace } = await aftermath(scene, command, turn, group, acknowledged);
    const when = `${command.name}, ${JSON.stringify(moment)}`;
    tell(`${killed ? `${done} of ${kills}` : "ended before"}: ${when}`);
    for (const one of found) tell(`  ${one}`);
    problems.push(...found.map((one) => `${when}: ${one}`));
    if (trace) traces.set(command.name, trace);
  }
  problems.push(...(await aDayLater(scene)));
  const missed = [...traces].flatMap(([name, trace]) =>
    tally
      .boundaries(name, trace)
      .flatMap((one) => (one.kills === 0 ? [`${name}: ${one.step}, ${one.when}`] : [])),
  );
  return { problems, kills: tally.lines(), missed };
}

/** A point at each copy that was found good: without one, retention drops nothing. */
async function begun(scene: KillDesk, acknowledged: Acknowledged): Promise<void> {
  const made = await scene.run(scene.args("backup", "tickets", "--staging", scene.staging));
  const verified = await scene.run(scene.args("verify", "--dataset", "tickets"));
  note(acknowledged, made.out);
  // The copy that is not there keeps the answer from being yes.
  if (made.code !== 0 || verified.code > 1) throw new Error(`${made.err}\n${verified.err}`);
}

/** Takes down the points that a finished backup printed. */
function note(acknowledged: Acknowledged, out: string): void {
  if (!out.includes('"copies"') || !out.trimEnd().endsWith("}")) return;
  const { label, copies = [] } = JSON.parse(out) as {
    label?: string;
    copies?: { site: string; key?: string }[];
  };
  if (label === undefined) return;
  for (const { site, key } of copies) if (key !== undefined) acknowledged.add(`${site} ${label}`);
}

/** What is listed without a problem is told to whoever asks, and may not go either. */
async function acknowledgeAll({ copies }: KillDesk, acknowledged: Acknowledged): Promise<void> {
  for (const { copy, points } of await findPoints(copies, kind))
    for (const { point, problem } of points)
      if (problem === undefined) acknowledged.add(`${copy.site} ${point.label}`);
}

/** Runs a command to its end, and takes down its calls. */
async function traced(
  { gate, run }: KillDesk,
  { writesFiles }: Killable,
  { args }: Turn,
): Promise<{ readonly answer: Answer; readonly trace: Trace }> {
  const steps: string[] = [];
  let first: number | undefined;
  gate.watchedBy(({ step, when }) => {
    first ??= Date.now();
    if (when === "asked") steps.push(step);
    return false;
  });
  const answer = await run(args);
  gate.watchedBy(() => false);
  return { answer, trace: { steps, duration: Date.now() - (first ?? Date.now()), writesFiles } };
}

/** Looks at what a kill left, runs the command again, and looks once more. */
async function aftermath(
  scene: KillDesk,
  command: Killable,
  turn: Turn,
  group: number,
  acknowledged: Acknowledged,
): Promise<{ readonly found: string[]; readonly next?: Trace }> {
  const { copies } = scene;
  const found: string[] = [];
  const sessions = async () =>
    (await leaksOf(scene, new Date(), group)).filter((one) => /^(session|process)/.test(one));
  found.push(...(await settled(sessions)));
  found.push(...(await lossesOf(copies, kind, acknowledged, turn.droppable)), ...(await turn.afterKill()));
  if (command.leased) {
    const early = await scene.run(turn.args);
    const held = await scene.passLeases();
    if (early.code !== (held ? 4 : 0))
      found.push(`run again at once it ended with ${early.code}: ${early.err}`);
    note(acknowledged, early.out);
  }
  const { answer, trace } = await traced(scene, command, turn);
  if (answer.code !== 0)
    return { found: [...found, `run again it ended with ${answer.code}: ${answer.err}`] };
  note(acknowledged, answer.out);
  found.push(...(await turn.afterRun(answer)));
  found.push(...(await lossesOf(copies, kind, acknowledged, turn.droppable)));
  for (const id of turn.droppable) acknowledged.delete(id);
  found.push(...(await settled(() => leaksOf(scene, new Date(), group))));
  return { found, next: trace };
}

/** What killed captures wrote is old enough to be collected by a prune then; afterwards nothing of it may be left. */
export async function aDayLater(scene: KillDesk): Promise<string[]> {
  const later = new Date(Date.now() + 25 * 3_600_000);
  for (const found of await findPoints(scene.copies, kind))
    await prune(planPrune(found, kind, { count: 2 }, later, 0), scene.recipients);
  return leaksOf(scene, later);
}
