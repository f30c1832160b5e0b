import { setTimeout as pause } from "node:timers/promises";

import { releaseJobLeases } from "../../vault/index.js";

/** How long the end of a process waits for leases to be let go, milliseconds. */
const patience = 1_000;

/** What shells say of a process that a signal ended. */
export const exitCodeOf = { SIGTERM: 143, SIGINT: 130 } as const;

/** Runs something before the process ends by a signal, which it then does. @returns how to forget it */
export function beforeEnding(last: (signal: keyof typeof exitCodeOf) => Promise<void>): () => void {
  const ending = (signal: NodeJS.Signals) => {
    forget();
    void last(signal as keyof typeof exitCodeOf)
      .then(() => Promise.race([releaseJobLeases(), pause(patience)]))
      .finally(() => process.kill(process.pid, signal));
  };
  const forget = () => {
    for (const signal of Object.keys(exitCodeOf)) process.off(signal, ending);
  };
  for (const signal of Object.keys(exitCodeOf)) process.once(signal, ending);
  return forget;
}
