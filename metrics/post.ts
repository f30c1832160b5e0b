import pRetry, { AbortError } from "p-retry";

/** What is sent, and how patiently. */
export interface Post {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What messages call the address: it may hold a secret. @default the address */
  readonly called?: string;
  /** Tries after the first one, with growing pauses. @default 3 */
  readonly retries?: number | undefined;
  /** Longest one try may take, seconds. @default 5 */
  readonly trySeconds?: number | undefined;
}

/**
 * Posts something to a server that may be in trouble: what is refused once is refused again, overload and trouble pass.
 *
 * @throws Error that names the address as it is called, when it is given up or refused
 */
export async function post(one: Post): Promise<void> {
  const { address, headers, body, called = address, retries = 3, trySeconds = 5 } = one;
  await pRetry(
    async () => {
      const answer = await fetch(address, {
        ...{ method: "POST", headers, body },
        // Where it is sent on to, nobody said that the body may go.
        redirect: "manual",
        signal: AbortSignal.timeout(trySeconds * 1000),
      });
      await answer.body?.cancel();
      if (answer.ok) return;
      const failure = new Error(`${called} answers HTTP ${answer.status}`);
      throw answer.status < 500 && answer.status !== 429 ? new AbortError(failure) : failure;
    },
    { retries, minTimeout: 200, maxTimeout: 2_000 },
  ).catch((error: unknown) => {
    throw worded(error, called);
  });
}

function worded(error: unknown, called: string): Error {
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  if (message.startsWith(called)) return new Error(message);
  const why = cause instanceof Error ? cause.message : message;
  return new Error(`${called} does not answer: ${why}`);
}
