import pg from "pg";

import { compareDatabases, withClient } from "../../../engines/comparison/index.js";
import type { Answer } from "../../testing/terminal.js";
import { type KillDesk, kind } from "./kills.js";
import { heldBy } from "./points-kept.js";

/** One turn of a command that is killed and run again. */
export interface Turn {
  readonly args: readonly string[];
  /** Points that it may drop: `<site> <label>`. */
  readonly droppable: ReadonlySet<string>;
  /** What must hold right after the kill; a line for each thing that does not. */
  afterKill(): Promise<string[]>;
  /** What must hold once it has been run to its end. */
  afterRun(answer: Answer): Promise<string[]>;
}

/** A command that is killed. */
export interface Killable {
  readonly name: string;
  /** Takes the lease of the job. */
  readonly leased: boolean;
  readonly writesFiles: boolean;
  /** Makes ready what it works on. */
  turn(scene: KillDesk): Promise<Turn>;
}

const nothing = async () => [];
const none: ReadonlySet<string> = new Set();

const backup: Killable = {
  ...{ name: "backup", leased: true, writesFiles: true },
  async turn(scene) {
    const args = scene.args("backup", "tickets", "--staging", scene.staging);
    return { args, droppable: none, afterKill: nothing, afterRun: nothing };
  },
};

const verify: Killable = {
  ...{ name: "verify", leased: false, writesFiles: false },
  async turn(scene) {
    const { label } = await newest(scene);
    const args = scene.args(
      ...(["verify", "--dataset", "tickets", "--site", "office", "--point", label] as const),
      ...["--level", "restored", "--identity", scene.desk.holders[0] ?? "", "--staging", scene.staging],
    );
    return {
      ...{ args, droppable: none, afterKill: nothing },
      async afterRun({ out }) {
        const [point] = JSON.parse(out).dumps[0].points;
        return point.recorded && point.faults.length === 0 ? [] : [`verify said ${JSON.stringify(point)}`];
      },
    };
  },
};

const prune: Killable = {
  ...{ name: "prune", leased: true, writesFiles: true },
  async turn(scene) {
    const args = scene.args("prune", "--dataset", "tickets");
    const look = async () => {
      const { out } = await scene.run(args);
      const copies: { site: string; points: { id: string; kept: boolean }[] }[] = JSON.parse(out);
      const held = await heldBy(scene.copies, kind);
      return copies.flatMap(({ site, points }) =>
        points.flatMap(({ id, kept }) => {
          const one = held.find(
            ({ copy, epoch, point }) => copy.site === site && `${epoch}/${point.sequence}` === id,
          );
          return kept || !one ? [] : [`${site} ${one.point.label}`];
        }),
      );
    };
    // Without something to drop there is nothing to interrupt.
    for (let tries = 0; (await look()).length === 0; tries += 1) {
      const { code, err } = await scene.run((await backup.turn(scene)).args);
      if (code !== 0 || tries > 3) throw new Error(`nothing to drop came to be: ${err}`);
    }
    return {
      args: [...args, "--yes"],
      droppable: new Set(await look()),
      afterKill: nothing,
      afterRun: async () => (await look()).map((id) => `${id} was not dropped`),
    };
  },
};

const restore: Killable = {
  ...{ name: "restore", leased: false, writesFiles: false },
  async turn(scene) {
    const { label } = await newest(scene);
    const { server } = scene;
    await cleared(scene);
    const into = { ...server, database: "restored" };
    await withClient(into, (client) => client.query("CREATE TABLE before (kept int)"));
    const differing = async () =>
      (await compareDatabases(scene.desk.database, into)).map((one) => `restored: ${JSON.stringify(one)}`);
    return {
      args: scene.args(
        ...(["restore", "--dataset", "tickets", "--site", "office", "--point", label] as const),
        ...["--into", "restored", "--identity", scene.desk.holders[1] ?? "", "--staging", scene.staging],
        "--yes",
      ),
      droppable: none,
      // Whoever connects finds what was there before, or all of what was restored.
      async afterKill() {
        const { rows } = await withClient(into, (client) =>
          client.query("SELECT 1 FROM pg_tables WHERE tablename = 'before'"),
        );
        return rows.length === 1 ? [] : differing();
      },
      async afterRun() {
        const kept = (await databases(scene)).filter((name) => name.startsWith("restored__before_"));
        return [...(await differing()), ...(kept.length === 1 ? [] : ["what was live is not kept"])];
      },
    };
  },
};

/** The commands, in the order in which each leaves the next one something to do. */
export const killables: readonly Killable[] = [backup, restore, verify, prune];

async function newest({ copies }: KillDesk) {
  const held = await heldBy(copies, kind);
  const last = held.filter(({ copy, problem }) => copy.site === "office" && problem === undefined).at(-1);
  if (!last) throw new Error("the office holds no point");
  return last.point;
}

async function databases({ server }: KillDesk): Promise<string[]> {
  const { rows } = await withClient(server, (client) =>
    client.query<{ name: string }>("SELECT datname AS name FROM pg_database"),
  );
  return rows.map(({ name }) => name);
}

/** A live database as it was before any restore. */
async function cleared(scene: KillDesk): Promise<void> {
  const old = (await databases(scene)).filter((name) => /^restored(__before_.*)?$/.test(name));
  await withClient(scene.server, async (client) => {
    for (const name of old) await client.query(`DROP DATABASE ${pg.escapeIdentifier(name)}`);
    await client.query("CREATE DATABASE restored TEMPLATE template0");
  });
}
