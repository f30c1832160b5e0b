import { type CronSchedule, type Plan, parsePlan } from "../../plan/index.js";
import chat from "../../plans/kubernetes-chat.js";

/** Dataset of {@link keptState} that is the state of the plan's own stacks. */
export const stateDataset = "infrastructure-state";

/** Every quarter of an hour, by Kubernetes. */
const quarterly = { kind: "cron", cron: "*/15 * * * *", startWithin: "2m", deadline: "10m" } as const;

/** The chat plan, but for the state of its stacks: a CronJob keeps that, out of a part of a bucket. */
export function keptState(
  schedule: Partial<CronSchedule> = {},
  reference = "s3://chat-state/teams/chat",
): Plan {
  const plan = structuredClone(chat) as unknown as {
    datasets: Record<string, { backups: object[]; source: object }>;
  };
  const state = plan.datasets[stateDataset];
  if (!state) throw new Error("the plan keeps no state");
  Object.assign(state.source, { reference });
  state.backups = state.backups.map((backup) => ({ ...backup, schedule: { ...quarterly, ...schedule } }));
  return parsePlan(plan);
}
