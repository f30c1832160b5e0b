import type { Answer } from "../../testing/terminal.js";
import type { Killable, Turn } from "./kill-commands.js";
import { type KillDesk, kind, settled } from "./kills.js";
import { leaksOf } from "./leaks.js";
import { type Acknowledged, lossesOf } from "./points-kept.js";
import type { Trace } from "./traces.js";

/** Takes down the points that a finished backup printed. */
export function noteAcknowledged(acknowledged: Acknowledged, out: string): void {
  if (!out.includes('"copies"') || !out.trimEnd().endsWith("}")) return;
  const { label, copies = [] } = JSON.parse(out) as {
    label?: string;
    copies?: { site: string; key?: string }[];
  };
  if (label === undefined) return;
  for (const { site, key } of copies) if (key !== undefined) acknowledged.add(`${site} ${label}`);
}

/** Runs a command to its end, and takes down its calls. */
export async function traced(
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

/** What a kill left that it must not, a line each; afterwards nobody holds the dead run's lease against the next. */
export async function leftByKill(
  scene: KillDesk,
  command: Killable,
  turn: Turn,
  group: number,
  acknowledged: Acknowledged,
): Promise<string[]> {
  const sessions = async () =>
    (await leaksOf(scene, new Date(), group)).filter((one) => /^(session|process)/.test(one));
  const found = [...(await settled(sessions))];
  found.push(...(await lossesOf(scene.copies, kind, acknowledged, turn.droppable)));
  found.push(...(await turn.afterKill()));
  if (!command.leased) return found;
  const early = await scene.run(turn.args);
  const held = await scene.passLeases();
  if (early.code !== (held ? 4 : 0))
    found.push(`run again at once it ended with ${early.code}: ${early.err}`);
  noteAcknowledged(acknowledged, early.out);
  return found;
}

/** Runs a command that was killed to its end, and looks at what is not as it should be then. */
export async function ranToItsEnd(
  scene: KillDesk,
  command: Killable,
  turn: Turn,
  group: number,
  acknowledged: Acknowledged,
): Promise<{ readonly found: string[]; readonly trace?: Trace }> {
  const { answer, trace } = await traced(scene, command, turn);
  if (answer.code !== 0) return { found: [`run again it ended with ${answer.code}: ${answer.err}`] };
  noteAcknowledged(acknowledged, answer.out);
  const found = await turn.afterRun(answer);
  found.push(...(await lossesOf(scene.copies, kind, acknowledged, turn.droppable)));
  for (const id of turn.droppable) acknowledged.delete(id);
  found.push(...(await settled(() => leaksOf(scene, new Date(), group))));
  return { found, trace };
}
