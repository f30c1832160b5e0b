import type { Sample } from "../../metrics/index.js";
import type { Plan } from "../../plan/index.js";

/** Where figures go. */
export interface MetricsTargets {
  /** File for node_exporter's textfile collector. @default none */
  readonly file?: string | undefined;
  /** @default the process's own */
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Writes and pushes samples, where there is something to write to or to push to.
 *
 * @returns what did not go well, each a sentence: figures never decide how a command ends
 */
export async function emitted(
  plan: Plan,
  samples: readonly Sample[],
  { file, env = process.env }: MetricsTargets,
): Promise<string[]> {
  const { prefix, push } = plan.metrics;
  const url = env.SECONDSITE_METRICS_PUSH_URL || push;
  if (!file && !url) return [];
  const { pushSamples, writeTextfile } = await import("../../metrics/index.js");
  const done = await Promise.allSettled([
    file ? writeTextfile(file, prefix, samples) : undefined,
    url ? pushSamples(samples, { url, plan: plan.name, prefix }) : undefined,
  ]);
  return done.flatMap((one) =>
    one.status === "rejected"
      ? [`metrics were not kept: ${one.reason instanceof Error ? one.reason.message : one.reason}`]
      : [],
  );
}
