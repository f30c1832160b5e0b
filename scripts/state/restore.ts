import { EngineError } from "../../engines/errors.js";
import {
  backendPlace,
  openBackend,
  requireFree,
  type StateBackend,
  type StateRestored,
  stacksNamed,
  stateEngine,
} from "../../engines/pulumi-state/index.js";
import { openPoint } from "../../engines/sealed/open.js";
import { stagingFolder } from "../../engines/staging.js";
import type { Plan } from "../../plan/index.js";
import { regionOf } from "../sealed/by-engine.js";
import { type Chosen, chosenFor, type Wish } from "../sealed/chosen.js";
import { type SealedJob, stateJob } from "../sealed/job.js";
import type { JobOptions } from "../sealed/job-options.js";
import { type StateCopy, stateNames } from "../sealed/kept.js";

/** Which state is restored, and where to. */
export interface RestoreStateOptions extends JobOptions, Wish {
  /** What `pulumi login` takes. */
  readonly intoBackend: string;
  /** Only these stacks. @default every one of the point */
  readonly stack?: readonly string[] | undefined;
  readonly staging?: string | undefined;
}

/** What a restore would do. Nothing was touched. */
export interface RestoreState extends Chosen {
  readonly job: SealedJob<StateCopy>;
  readonly backend: StateBackend;
  /** As Pulumi names them. */
  readonly stacks: readonly string[];
  /** A run that was broken off is carried on. */
  readonly carriesOn: boolean;
}

/**
 * Chooses the point, and looks whether the backend can take its stacks; nothing is touched, and no key is needed.
 *
 * @throws EngineError: 1 when nothing covers the moment, 2 when what was given is none, or the backend holds one of them
 */
export async function planRestoreState(
  plan: Plan,
  dataset: string,
  options: RestoreStateOptions,
): Promise<RestoreState> {
  const place = backendPlace(options.intoBackend, "--into-backend");
  const job = await stateJob(plan, dataset, options);
  const choice = await chosenFor(job, options);
  const { label, source } = choice.chosen.point;
  const stacks = stacksNamed(String(source.stacks ?? "").split(", "), options.stack);
  const backend = openBackend(place, regionOf(plan, job.spec.at));
  const carriesOn = await requireFree(backend, { label, stacks });
  return { ...choice, job, backend, stacks, carriesOn };
}

/** Restores as planned. */
export async function restoreState(
  { chosen, backend, stacks }: RestoreState,
  options: RestoreStateOptions & { readonly say: (line: string) => void },
): Promise<StateRestored> {
  const { point, parts } = await openPoint(chosen, stateEngine);
  const run = { staging: await stagingFolder(options.staging), say: options.say };
  return stateEngine.restore(point, parts, { backend, stacks }, run);
}

/** The dataset that is meant where none is named. @throws EngineError (2) when there is not exactly one */
export function onlyState(plan: Plan): string {
  const all = stateNames(plan);
  const [first, second] = all;
  if (first !== undefined && second === undefined) return first;
  throw new EngineError(
    first === undefined
      ? `plan "${plan.name}" keeps no state of Pulumi's`
      : `plan "${plan.name}" keeps state of Pulumi's as ${all.join(", ")}`,
    2,
    first === undefined ? 'configuration({ source: { kind: "pulumi-state", … }, … })' : `--dataset ${first}`,
  );
}
