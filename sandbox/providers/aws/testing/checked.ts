import type { CheckAnswer, CheckRequest, Failure, Values } from "../../protocol/index.js";
import { AwsProgram } from "../program.js";

const silent = { status: () => undefined, info: () => undefined, warning: () => undefined };

/** A provider configured for us-east-1 that has asked AWS nothing yet. */
export async function configured(args: Values = { region: "us-east-1" }): Promise<AwsProgram> {
  const program = new AwsProgram();
  await program.configure(args);
  return program;
}

/** Has a resource's inputs checked, as the engine would. */
export async function checked(
  type: string,
  news: Values,
  more: Partial<CheckRequest> = {},
): Promise<CheckAnswer> {
  const program = await configured();
  const seed = new Uint8Array([1, 2, 3]);
  const signal = new AbortController().signal;
  return program.check({
    type,
    news,
    olds: {},
    seed,
    name: "Thing",
    urn: "urn",
    log: silent,
    signal,
    ...more,
  });
}

/** What is wrong, one line a failure. */
export async function failuresOf(type: string, news: Values): Promise<string[]> {
  const { failures = [] } = await checked(type, news);
  return failures.map(({ property, reason }: Failure) => `${property} ${reason}`);
}
