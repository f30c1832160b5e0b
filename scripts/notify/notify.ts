import { post } from "../../metrics/index.js";
import type { Plan } from "../../plan/index.js";
import type { Alert } from "../../plan/schema/governance.js";
import { wordsOf } from "../../vault/errors.js";
import { type Ended, messageFor } from "./message.js";
import { type Receivers, readReceivers } from "./receivers.js";

/** Names the file that says how people are told. */
export const notifyVariable = "SECONDSITE_NOTIFY_FILE";

/** What became of telling. */
export interface Notified {
  /** People who were told. */
  readonly told: readonly string[];
  /** What did not go well, each a sentence without secrets. */
  readonly problems: readonly string[];
}

/** Exit codes of what is nobody's alarm: bad input is told to whoever typed it, and another run has the job. */
const quiet = [2, 4];

/**
 * Tells the receivers of the plan's alerts how an operation ended, well or not. Never throws: an operation does not fail because
 * nobody could be told.
 *
 * @returns undefined where nobody is to be told
 */
export async function notified(
  plan: Pick<Plan, "alerts">,
  ended: Ended,
  env: NodeJS.ProcessEnv,
): Promise<Notified | undefined> {
  const file = env[notifyVariable];
  if (!file || quiet.includes(ended.exitCode)) return undefined;
  const wanted = receiversOf(plan, ended);
  if (wanted.size === 0) return undefined;
  let receivers: Receivers;
  try {
    receivers = await readReceivers(file);
  } catch (error) {
    return { told: [], problems: [`nobody was told: ${wordsOf(error)}`] };
  }
  const told: string[] = [];
  const problems: string[] = [];
  await Promise.all(
    [...wanted].map(async ([name, severity]) => {
      const receiver = Object.hasOwn(receivers, name) ? receivers[name] : undefined;
      if (!receiver) {
        problems.push(`${name} was not told: ${file} does not say how`);
        return;
      }
      try {
        const message = messageFor(receiver, ended, severity);
        // Of a webhook's address even the path is a secret.
        await post({ ...message, called: new URL(message.address).host });
        told.push(name);
      } catch (error) {
        problems.push(`${name} was not told: ${wordsOf(error)}`);
      }
    }),
  );
  return { told: told.sort(), problems: problems.sort() };
}

const order = ["warning", "high", "critical"] as const;

/** Whom the plan's alerts name for it, and how bad it is to them. */
function receiversOf(
  { alerts }: Pick<Plan, "alerts">,
  { operation, dataset }: Ended,
): Map<string, Alert["severity"]> {
  const on = operation === "verify" ? "verification-failed" : "job-failed";
  const wanted = new Map<string, Alert["severity"]>();
  for (const { on: what, datasets, to, severity } of alerts) {
    if (what !== on || (dataset !== undefined && datasets !== undefined && !datasets.includes(dataset)))
      continue;
    for (const name of to) {
      const known = wanted.get(name);
      if (known === undefined || order.indexOf(known) < order.indexOf(severity)) wanted.set(name, severity);
    }
  }
  return wanted;
}
