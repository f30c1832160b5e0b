import { loadPlan } from "../../plans/load.js";
import type { WorldSpec } from "../address.js";
import { WorldError } from "../errors.js";
import { buildImages, type Images } from "../images/index.js";
import type { Progress } from "../progress.js";
import { ensureTools } from "../toolchain/index.js";
import { checkSpec, defaultWorld, down, up, worldCa } from "../world/index.js";
import { type ControlName, controlOf } from "./controls/index.js";
import { goodDay } from "./good-day.js";
import { judge } from "./judge.js";
import type { ScenarioName, Stage } from "./model.js";
import { partition } from "./partition.js";
import { loseRegion } from "./region-loss.js";
import { broughtForward, rehearsable } from "./rehearsed-plan.js";
import { type Evidence, writeReport } from "./report.js";
import { page } from "./report-page.js";
import { Timeline } from "./timeline.js";
import { makeWorkspace } from "./workspace.js";

/** What is rehearsed. */
export interface RehearseOptions {
  /** Path of a plan. */
  readonly plan: string;
  readonly scenario: ScenarioName;
  /** Decides the moment of the fault and every row. */
  readonly seed: number;
  /** Breaks what has to make the rehearsal fail. @default nothing */
  readonly control?: ControlName;
  readonly progress: Progress;
  readonly signal: AbortSignal;
  /** Leaves the world up for a look around. @default false */
  readonly keep?: boolean;
  /** @default the default world */
  readonly world?: WorldSpec;
}

/** What a rehearsal came to. */
export interface Rehearsed extends Evidence {
  /** Folder with the report. */
  readonly folder: string;
}

/** From a world that is up to a database that is loaded takes about this long, in milliseconds; a guess does. */
const untilLoaded = 36_000;

/**
 * Rehearses a scenario from nothing to a report: brings up a world, deploys the plan, loads, writes, breaks,
 * takes over, measures. The world is taken down again whatever happens.
 *
 * @throws SandboxInputError for a plan that this world cannot hold, or a control of another scenario
 * @throws WorldError when the world failed, the fault was not injected or the load never ran
 */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const { progress, signal, seed, scenario, keep = false, world: spec = defaultWorld } = options;
  checkSpec(spec);
  const control = controlOf(options.control, scenario);
  const given = await loadPlan(options.plan);
  const dataset = rehearsable(given, spec);
  const timeline = new Timeline(progress);
  let mine = false;
  try {
    let images: Images | undefined;
    const world = await timeline.phase("World", () =>
      up(spec, {
        images: async () => {
          // Only a world that may start asks for images: from here on it is ours to take down.
          mine = true;
          images = await timeline.phase("Images", () => builtImages(progress));
          return [images.pause, images.runner.tar, images.app.tar];
        },
        progress,
        signal,
      }),
    );
    if (!images) throw new WorldError("the world started without images");
    const plan = broughtForward(given, Date.now() + untilLoaded);
    const workspace = await makeWorkspace(world, plan, control.program);
    const stage: Stage = { world, plan, dataset, workspace, timeline, signal };
    const run = scenario === "partition" ? partition : loseRegion;
    const day = await goodDay(stage, {
      images,
      seed: `seed-${seed}`,
      // The partition's own customers write the other lanes.
      ...(scenario === "partition" ? { lanes: 4, lane: 0 } : { lanes: 2 }),
    });
    const outcome = await run(day, seed, control);
    const evidence = judge(day, options, outcome);
    const folder = await writeReport(evidence, page(evidence), outcome.ledgers);
    return { ...evidence, folder };
  } finally {
    if (mine && !keep) await down(spec, progress);
  }
}

async function builtImages(progress: Progress): Promise<Images> {
  const tools = await ensureTools(["buildah", "mmdebstrap"], progress);
  const { certFile } = await worldCa();
  return buildImages({ tools, caFile: certFile, progress });
}
