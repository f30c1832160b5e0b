import { rm, stat } from "node:fs/promises";
import { join } from "node:path";

import { machineOn } from "./machine.js";
import type { Office } from "./office.js";

/** One turn of a command: its arguments, and what must hold once it has run to its end. */
export interface Turn {
  readonly args: readonly string[];
  /** Whether it was done although it was killed, and would be refused if it were run again. @default false */
  isDone?(): Promise<boolean>;
  /** What must hold once it has run to its end; a line for each thing that does not. */
  afterRun(): Promise<string[]>;
}

/** A point, as `points` lists it. */
export interface Listed {
  readonly label: string;
  readonly site: string;
  readonly problem?: string;
  readonly verification?: object;
}

/** Newest first, at each copy. */
export async function listed(office: Office): Promise<Listed[]> {
  return JSON.parse(await office.succeed("points", "--kind", "physical", "--json")).points;
}

/** Rows of the ledger so far. */
let written = 0;

/** Commands that are killed in turn, in the order in which each leaves the next something to do. */
export const turns = {
  async backup(office: Office): Promise<Turn> {
    await office.machine.sql(`INSERT INTO ledger VALUES (${++written})`);
    const newest = async () => (await listed(office)).find(({ site }) => site === "office")?.label;
    const before = await newest();
    return {
      args: ["backup", "tickets", "--kind", "physical"],
      async afterRun() {
        return (await newest()) === before ? ["no point came to be"] : [];
      },
    };
  },
  async verify(office: Office): Promise<Turn> {
    return {
      args: [
        ...["verify", "--kind", "physical", "--site", "office", "--level", "structural"],
        ...["--identity", office.holder],
      ],
      async afterRun() {
        const [newest] = (await listed(office)).filter(({ site }) => site === "office");
        return newest?.verification ? [] : ["what was found is not recorded"];
      },
    };
  },
  async restore(office: Office): Promise<Turn> {
    const into = join(await office.room(), "data");
    // It restores up to the end of what is stored.
    await office.archived();
    const there = (path: string) =>
      stat(path).then(
        () => true,
        () => false,
      );
    return {
      args: [
        ...["restore", "--into-folder", into, "--site", "office", "--kind", "physical"],
        ...["--identity", office.holder, "--yes"],
      ],
      // A folder under that name is whole; what is filled has another.
      isDone: () => there(into),
      async afterRun() {
        if (await there(`${into}.restoring`)) return ["the folder that was being filled is left"];
        const ids = "SELECT string_agg(id::text, ',' ORDER BY id) AS ids FROM ledger";
        const restored = machineOn(into);
        await restored.start();
        const [found] = await restored.sql(ids).finally(() => restored.stop());
        const [expected] = await office.machine.sql(ids);
        await rm(into, { recursive: true });
        const [{ ids: has } = {}, { ids: had } = {}] = [found?.rows[0], expected?.rows[0]];
        return has === had ? [] : [`restored are ${has}, not ${had}`];
      },
    };
  },
};
