import { execa, type Options } from "execa";

/**
 * Runs a program that installs something.
 *
 * @param what what it does, for the error.
 * @throws with the last of what the program complained about, in one line.
 */
export async function run(
  what: string,
  program: string,
  args: readonly string[],
  options: Options = {},
): Promise<void> {
  try {
    await execa(program, args, options);
  } catch (error) {
    const { timedOut, stderr, shortMessage } = error as {
      timedOut?: boolean;
      stderr?: string;
      shortMessage?: string;
    };
    const said = (stderr ?? "").split("\n").filter((line) => line.trim() !== "");
    const reason = timedOut
      ? `no answer within ${(options.timeout ?? 0) / 1000} s`
      : said.slice(-2).join(" | ") || shortMessage;
    throw new Error(`${what}: ${reason}`, { cause: error });
  }
}
