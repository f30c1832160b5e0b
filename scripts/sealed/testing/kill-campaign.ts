import { findPoints } from "../../../engines/sealed/points.js";
import { planPrune, prune } from "../../../engines/sealed/prune.js";
import { chanceFrom } from "../../testing/seed.js";
import { leftByKill, noteAcknowledged, ranToItsEnd, traced } from "./kill-aftermath.js";
import { type Killable, killables, type Turn } from "./kill-commands.js";
import { killedCommand, type Moment } from "./killed-command.js";
import { type KillDesk, kind } from "./kills.js";
import { leaksOf } from "./leaks.js";
import { nextKill, nextKillOfTakeover, Tally } from "./moments.js";
import type { Acknowledged } from "./points-kept.js";
import { Traces } from "./traces.js";

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
  const course = new Course(scene, kills, chanceFrom(seed), tell);
  await course.begin();
  for (let tries = 0; course.left > 0 && tries < kills * 3; tries += 1) await course.round(every);
  course.problems.push(...(await aDayLater(scene)));
  return { problems: course.problems, kills: course.tally.lines(), missed: course.missed() };
}

/** A campaign under way. */
class Course {
  readonly tally = new Tally();
  readonly problems: string[] = [];
  readonly #acknowledged: Acknowledged = new Set();
  readonly #traces = new Map<Killable, Traces>();
  #done = 0;

  constructor(
    private readonly scene: KillDesk,
    private readonly kills: number,
    private readonly chance: () => number,
    private readonly tell: (line: string) => void,
  ) {}

  /** Kills that are still to come. */
  get left(): number {
    return this.kills - this.#done;
  }

  /** Sees each command go as it does when nobody is killed. */
  async begin(): Promise<void> {
    const { scene } = this;
    await begun(scene, this.#acknowledged);
    for (const command of killables) {
      const turn = await command.turn(scene);
      const { answer, trace } = await traced(scene, command, turn);
      if (answer.code !== 0) throw new Error(`${command.name} does not work: ${answer.err}`);
      noteAcknowledged(this.#acknowledged, answer.out);
      for (const id of turn.droppable) this.#acknowledged.delete(id);
      this.#traces.set(command, new Traces(trace));
    }
  }

  /** Kills one command, now and then what takes over from it too, and lets the next run end. */
  async round(every: boolean): Promise<void> {
    const { scene, tally, chance } = this;
    const ordinary = new Map([...this.#traces].map(([command, { ordinary }]) => [command, ordinary]));
    // What takes over may turn out to call something that nobody has heard of yet.
    const spare = () => !every || this.missed().length + 4 < this.left;
    const { command, moment } = nextKill(ordinary, tally, chance, this.#done, spare());
    const traces = this.#traces.get(command);
    const turn = await command.turn(scene);
    await acknowledgeAll(scene, this.#acknowledged);
    let last = await this.#kill(command, turn, command.name, moment);
    const takeover = takeoverOf(command);
    const again = traces && nextKillOfTakeover(takeover, traces.takeover, tally, chance, spare());
    if (last.killed && again && this.left > 0) last = await this.#kill(command, turn, takeover, again);
    const { found, trace } = await ranToItsEnd(scene, command, turn, last.group, this.#acknowledged);
    this.#note(last.when, found);
    if (trace) traces?.afterKill(trace);
  }

  /** Boundaries of calls that came and at which nothing was killed. */
  missed(): string[] {
    return [...this.#traces].flatMap(([command, { ordinary, takeover }]) =>
      [
        { name: command.name, trace: ordinary },
        { name: takeoverOf(command), trace: takeover },
      ].flatMap(({ name, trace }) =>
        this.tally
          .boundaries(name, trace)
          .flatMap(({ kills, step, when }) => (kills === 0 ? [`${name}: ${step}, ${when}`] : [])),
      ),
    );
  }

  async #kill(command: Killable, turn: Turn, name: string, moment: Moment) {
    const { scene } = this;
    const { killed, group, out } = await killedCommand(turn.args, moment, scene.gate, scene.aside);
    noteAcknowledged(this.#acknowledged, out);
    if (killed) {
      this.tally.add(name, moment);
      this.#done += 1;
    }
    const when = `${name}, ${JSON.stringify(moment)}`;
    this.tell(`${killed ? `${this.#done} of ${this.kills}` : "ended before"}: ${when}`);
    this.#note(when, await leftByKill(scene, command, turn, group, this.#acknowledged));
    return { killed, group, when };
  }

  #note(when: string, found: readonly string[]): void {
    for (const one of found) this.tell(`  ${one}`);
    this.problems.push(...found.map((one) => `${when}: ${one}`));
  }
}

/** A run that takes over from one that was killed. */
const takeoverOf = ({ name }: Killable) => `${name} that takes over`;

/** A point at each copy that was found good: without one, retention drops nothing. */
async function begun(scene: KillDesk, acknowledged: Acknowledged): Promise<void> {
  const made = await scene.run(scene.args("backup", "tickets", "--staging", scene.staging));
  const verified = await scene.run(scene.args("verify", "--dataset", "tickets"));
  noteAcknowledged(acknowledged, made.out);
  // The copy that is not there keeps the answer from being yes.
  if (made.code !== 0 || verified.code > 1) throw new Error(`${made.err}\n${verified.err}`);
}

/** What is listed without a problem is told to whoever asks, and may not go either. */
async function acknowledgeAll({ copies }: KillDesk, acknowledged: Acknowledged): Promise<void> {
  for (const { copy, points } of await findPoints(copies, kind))
    for (const { point, problem } of points)
      if (problem === undefined) acknowledged.add(`${copy.site} ${point.label}`);
}

/** What killed captures wrote is old enough to be collected by a prune then; afterwards nothing of it may be left. */
export async function aDayLater(scene: KillDesk): Promise<string[]> {
  const later = new Date(Date.now() + 25 * 3_600_000);
  for (const found of await findPoints(scene.copies, kind))
    await prune(planPrune(found, kind, { count: 2 }, later, 0), scene.recipients);
  return leaksOf(scene, later);
}
