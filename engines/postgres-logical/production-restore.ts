import { wordsOf } from "../../vault/errors.js";
import { withWorker } from "../comparison/index.js";
import type { PartReader, Run } from "../engine.js";
import { EngineError } from "../errors.js";
import type { LogicalPoint } from "./point.js";
import { type Restored, type RestoreOptions, restoreDatabase } from "./restore.js";
import { switchBack } from "./switch.js";
import { foundDatabases, isDone, type LogicalTarget, requireTarget, restoreNames } from "./target.js";

/** The steps, in their order. */
export type RestoreStep =
  | "notify"
  | "stop writers"
  | "safety backup"
  | "restore"
  | "start writers"
  | "validate"
  | "notify the end";

/** What the surroundings do at each step; each is safe to call again. */
export interface RestoreHooks {
  /** Tells people. One that fails is noted and blocks nothing. @param what for people */
  notify(what: string): Promise<void>;
  /** Stops whatever writes, and returns once it is stopped. */
  stopWriters(): Promise<void>;
  startWriters(): Promise<void>;
  /** Captures what is live. Impossible where the live database is damaged: that blocks nothing. */
  safetyBackup(): Promise<string>;
  /** Asks the application whether it is healthy. @throws when it is not */
  validate(): Promise<void>;
}

type Safety = { readonly label: string } | { readonly impossible: string };

/** What became of a production restore. */
export interface ProductionRestore {
  readonly restored: Restored;
  /** The safety backup, or why there is none. @default an earlier run had restored the point: nothing was replaced */
  readonly safety?: Safety;
  /** What did not work and blocked nothing. */
  readonly notes: readonly string[];
}

/**
 * Restores a live service's database in order: notify, stop writers, safety backup, restore and verify, start,
 * validate, notify.
 *
 * Whatever fails, or when the run is aborted, the system is usable: before the switch the writers start again on the
 * database that they had; after it, an application that is not healthy gets that one back. A database that an earlier run
 * switched in stays, and its writers are not stopped again: they are started, for that run may have been killed before it
 * did.
 *
 * @throws EngineError of the step that failed, with what was done about it
 */
export async function restoreProduction(
  point: LogicalPoint,
  parts: PartReader,
  target: LogicalTarget,
  hooks: RestoreHooks,
  run: Run,
  options: RestoreOptions = {},
): Promise<ProductionRestore> {
  const notes: string[] = [];
  const tell = (what: string) =>
    hooks
      .notify(what)
      .catch((error: unknown) => void notes.push(`nobody was told "${what}": ${wordsOf(error)}`));
  const step = async <Result>(name: RestoreStep, act: () => Promise<Result>): Promise<Result> => {
    run.signal?.throwIfAborted();
    run.say(name);
    try {
      return await act();
    } catch (error) {
      throw new StepError(name, error);
    }
  };
  const names = restoreNames(target.database, point.label);
  await tell(`restoring "${target.database}" from ${point.label}`);
  let switched: Restored | undefined;
  try {
    const safety = (await isRestored()) ? undefined : await prepared();
    const restored = await step("restore", () => restoreDatabase(point, parts, target, run, options));
    switched = restored;
    await step("start writers", () => hooks.startWriters());
    await step("validate", () => hooks.validate());
    await tell(`"${target.database}" is restored from ${point.label}`);
    return { restored, notes, ...(safety === undefined ? {} : { safety }) };
  } catch (error) {
    const undone = await undo();
    await tell(`restoring "${target.database}" failed: ${wordsOf(error)}; ${undone}`);
    throw worded(error, undone);
  }

  /** Whether an earlier run has switched in this very point. */
  async function isRestored(): Promise<boolean> {
    const found = await withWorker(target.server, foundDatabases);
    return found.some((one) => one.name === names.live && isDone(one, target, point.label));
  }

  /** Has the writers stopped and what is live captured. */
  async function prepared(): Promise<Safety> {
    await step("stop writers", () => hooks.stopWriters());
    // Refused before anything takes long; nothing was changed.
    await step("restore", () =>
      withWorker(target.server, (client) =>
        requireTarget(client, target, { label: point.label, major: point.source.major }),
      ),
    );
    return step("safety backup", () =>
      hooks.safetyBackup().then(
        (label) => ({ label }),
        (error: unknown) => ({ impossible: wordsOf(error) }),
      ),
    );
  }

  /** Leaves what was live before, running. @returns what was done, for people */
  async function undo(): Promise<string> {
    try {
      if (switched?.previous === undefined) {
        return switched === undefined
          ? started("the writers run again on the database as it was", "the database is as it was")
          : started("there was no database before: the restored one stays");
      }
      const { previous, already } = switched;
      // What is live may have been written to since an earlier run switched it in: nothing of that is taken away.
      if (already)
        return started(
          `an earlier run had restored it, and it stays; what was live before that is "${previous}"`,
        );
      await hooks.stopWriters();
      await withWorker(target.server, async (client) => {
        const live = (await foundDatabases(client)).find(({ name }) => name === names.live);
        if (live?.restored === point.label) await switchBack(client, names, previous, point.label);
      });
      const back = "the database as it was is live again";
      return started(`${back}, and the writers run`, back);
    } catch (error) {
      return `going back failed too (${wordsOf(error)}): start the writers by hand`;
    }
  }

  /** Starts the writers on what is live by now. @returns what was done, or what is left to do, for people */
  async function started(well: string, without = well): Promise<string> {
    try {
      await hooks.startWriters();
      return well;
    } catch (error) {
      return `${without}; but the writers do not start (${wordsOf(error)}): start them by hand`;
    }
  }
}

/** A step that failed, and why. */
class StepError extends Error {
  constructor(
    readonly step: RestoreStep,
    override readonly cause: unknown,
  ) {
    super(`${step}: ${wordsOf(cause)}`);
  }
}

function worded(error: unknown, undone: string): EngineError {
  const cause = error instanceof StepError ? error.cause : error;
  const { exitCode, hint } = cause instanceof EngineError ? cause : { exitCode: 3 as const, hint: undefined };
  return new EngineError(`${wordsOf(error)}; ${undone}`, exitCode, hint, { cause });
}
