import type { Operation, Told } from "./operation.js";
import { recorded } from "./recorded.js";

/** What is looked at first, and done only when told to. */
export interface TwoSteps<Intended, Done> {
  /** What it would do; touches nothing. */
  intend(): Promise<Intended>;
  /** Does it. */
  act(intended: Intended): Promise<Done>;
}

/** What was meant, and what came of it; nothing did where it was only looked at. */
export interface LookedOrDone<Intended, Done> {
  readonly intended: Intended;
  readonly done: Done | undefined;
}

/**
 * Shows what an operation would do; with `yes` it is done, and recorded with whatever keeps it from being done.
 *
 * @param told what is worth recording about it
 */
export async function lookedOrDone<Intended, Done>(
  yes: boolean,
  operation: Operation,
  { intend, act }: TwoSteps<Intended, Done>,
  told: (outcome: { readonly intended: Intended }) => Told,
): Promise<LookedOrDone<Intended, Done>> {
  if (!yes) return { intended: await intend(), done: undefined };
  return recorded(
    operation,
    async () => {
      const intended = await intend();
      return { intended, done: await act(intended) };
    },
    told,
  );
}
