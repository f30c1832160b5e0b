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
  ["AbortError", "it does not answer"],
  ["ENOTFOUND", "its name is not known"],
  ["EAI_AGAIN", "the resolver does not answer"],
]);

/** As much of an SDK client as is needed to see its calls. */
interface Client {
  send: (command: never, options?: never) => Promise<unknown>;
}

/** Calls that move data take as long as the data needs, in milliseconds. */
const patient = new Map([
  ["PutObject", 300_000],
  ["GetObject", 300_000],
  ["DeleteObjects", 60_000],
]);

/** Longest that any other call may take with all its tries, in milliseconds: a lost region answers nothing. */
const callLimit = 10_000;

/**
 * Bounds a client's calls in time and makes their errors say which service, region and operation failed. AWS's
 * own errors keep their name; a service that can't be reached is a {@link WorldError} with one clear line.
 */
export function explained(client: Client, service: string, region: string): void {
  type Send = (command: object, options?: object) => Promise<unknown>;
  const send = client.send.bind(client) as unknown as Send;
  const bounded: Send = async (command, options) => {
    const operation = command.constructor.name.replace(/Command$/, "");
    const abortSignal = AbortSignal.timeout(patient.get(operation) ?? callLimit);
    try {
      return await send(command, { ...options, abortSignal });
    } catch (error) {
      throw explain(error, `${service} ${operation} in ${region}`, service, region);
    }
  };
  client.send = bounded as unknown as Client["send"];
}

/** The error to be thrown instead. */
function explain(error: unknown, operation: string, service: string, region: string): unknown {
  if (!(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  const why = unreachable.get(String(code)) ?? unreachable.get(error.name);
  if (why) {
    return new WorldError(
      `${operation}: ${service} of region ${region} cannot be reached: ${why} (${unreachable.has(String(code)) ? String(code) : error.name})`,
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
