import { Command, CommanderError, Help, type Option } from "@commander-js/extra-typings";

import packageJson from "../package.json" with { type: "json" };
import type { ExitCode } from "./command.js";
import { seeHelp } from "./see-help.js";

/**
 * Parses arguments, runs one command and returns its exit code; never throws.
 *
 * An error's own `exitCode` decides (2 bad input, 3 the world failed); an error without one is a defect and
 * counts as 3. Its stack is printed only when `SECONDSITE_DEBUG` is set.
 */
export async function run(argv: readonly string[]): Promise<ExitCode> {
  // The SDK announces on every start that it will want a newer Node one day; `engines` says what we support.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  let code: ExitCode = 0;
  const program = new Command("secondsite")
    .version(packageJson.version)
    .description("Disaster recovery as code: plan, prove, back up, fail over, restore, rehearse.")
    .exitOverride()
    .configureHelp({ optionDescription })
    .showHelpAfterError(seeHelp);
  const { commands } = await import("./commands/index.js");
  for (const command of commands) {
    command.register(program, (answer) => {
      code = answer;
    });
  }
  for (const command of program.commands) command.exitOverride().showHelpAfterError(seeHelp);
  let given: Given = {};
  program.hook("preAction", (_, { registeredArguments, args }) => {
    given = Object.fromEntries(registeredArguments.map((argument, index) => [argument.name(), args[index]]));
  });
  try {
    await program.parseAsync([...argv]);
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return report(error, given);
  }
}

/** A command's arguments by their names in its help. */
type Given = Readonly<Record<string, string | undefined>>;

/** A hint that names a command can be typed as it stands: `<plan>` is the plan that was given. */
const filled = (hint: string, given: Given): string =>
  hint.replaceAll(/<(\w+)>/g, (placeholder, name) => {
    const value = given[name];
    return value === undefined || !/^[\w./:@=-]+$/.test(value) ? placeholder : value;
  });

/** What help says of an option: that a flag is off unless it is given need not be said. */
function optionDescription(option: Option): string {
  const { defaultValue } = option;
  return new Help().optionDescription(
    defaultValue === false ? Object.assign(Object.create(option), { defaultValue: undefined }) : option,
  );
}

/**
 * Tells an error and returns its exit code.
 *
 * @param given the arguments that its hint's placeholders stand for. @default none
 */
export function report(error: unknown, given: Given = {}): ExitCode {
  const shown = error instanceof Error ? error : new Error(String(error));
  const { exitCode, hint } = shown as { exitCode?: ExitCode; hint?: string };
  process.stderr.write(`secondsite: ${shown.message}\n`);
  if (hint) process.stderr.write(`  try: ${filled(hint, given)}\n`);
  if (process.env.SECONDSITE_DEBUG) process.stderr.write(`${shown.stack}\n`);
  else if (exitCode === undefined) process.stderr.write("  SECONDSITE_DEBUG=1 shows where this came from\n");
  return exitCode ?? 3;
}
