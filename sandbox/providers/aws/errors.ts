import { WorldError } from "../../errors.js";

/** What the name or code of an error means that comes from the network and not from AWS. */
const unreachable = new Map([
  ["ECONNREFUSED", "the connection is refused"],
  ["ECONNRESET", "the connection was cut"],
  ["EPIPE", "the connection was cut"],
  ["EHOSTUNREACH", "there is no route to it"],
  ["ENETUNREACH", "there is no route to it"],
  ["ETIMEDOUT", "it does not answer"],
  ["TimeoutError", "it does not answer"],
  ["ENOTFOUND", "its name is not known"],
  ["EAI_AGAIN", "the resolver does not answer"],
]);

/** As much of an SDK client as is needed to see its calls. */
interface Client {
  readonly middlewareStack: {
    add(
      // biome-ignore lint/suspicious/noExplicitAny: each client has its own type of command; this fits them all
      middleware: (next: any, context: any) => any,
      options: { step: "initialize"; name: string; priority: "high" },
    ): void;
  };
}

type Handler = (args: unknown) => Promise<unknown>;

/**
 * Makes a client's errors say which service, region and operation failed. AWS's own errors keep their name;
 * a service that can't be reached is a {@link WorldError} with one clear line.
 */
export function explained(client: Client, service: string, region: string): void {
  client.middlewareStack.add(
    (next: Handler, { commandName = "" }: { commandName?: string }) =>
      async (args: unknown) => {
        try {
          return await next(args);
        } catch (error) {
          throw explain(
            error,
            `${service} ${commandName.replace(/Command$/, "")} in ${region}`,
            service,
            region,
          );
        }
      },
    { step: "initialize", name: "explainErrors", priority: "high" },
  );
}

/** The error to be thrown instead. */
export function explain(error: unknown, operation: string, service: string, region: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: string };
  const why = unreachable.get(code ?? "") ?? unreachable.get(error.name);
  if (why) {
    return new WorldError(
      `${operation}: ${service} of region ${region} cannot be reached: ${why} (${code ?? error.name})`,
      "see whether the region is up: secondsite sandbox status",
      { cause: error },
    );
  }
  if (error.name === "CredentialsProviderError") {
    return new WorldError(`${operation}: no AWS credentials: ${error.message}`, undefined, { cause: error });
  }
  if (isAwsError(error)) error.message = `${operation}: ${error.name}: ${error.message}`;
  return error;
}

function isAwsError(error: Error): boolean {
  return "$metadata" in error;
}

/** Whether AWS answered with one of these error names. */
export function isError(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** What the work finds, or undefined where AWS answers that there is none. */
export async function orUndefined<T>(work: Promise<T>, ...names: readonly string[]): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isError(error, ...names)) return undefined;
    throw error;
  }
}
