import type { ToolReport } from "../../sandbox/toolchain/index.js";
import type { CommandModule, ExitCode } from "../command.js";

/** `secondsite doctor`: what is missing on this machine and how to get it. */
export const doctor: CommandModule = {
  register(program, done) {
    program
      .command("doctor")
      .description("Lists every external program: found, wanted, why, and how it will be had.")
      .option("--install", "install what is missing", false)
      .option("--json", "print the list as JSON", false)
      .addHelpText(
        "after",
        "\nExit codes: 0 everything is there, 1 something is missing, 3 installing failed.\n\nExample:\n  $ secondsite doctor --install",
      )
      .action(async (options) => done(await diagnose(options)));
  },
};

async function diagnose({ install, json }: { install: boolean; json: boolean }): Promise<ExitCode> {
  const { ensureTools, surveyTools } = await import("../../sandbox/toolchain/index.js");
  let tools = await surveyTools();
  if (install && missingOf(tools).length > 0) {
    const { progressTo } = await import("../ui/progress.js");
    const always = tools.filter(({ onlyFor }) => onlyFor.length === 0).map(({ name }) => name);
    await ensureTools(always, progressTo());
    tools = await surveyTools();
  }
  const missing = missingOf(tools);
  if (json) {
    process.stdout.write(`${JSON.stringify({ complete: missing.length === 0, missing, tools }, null, 2)}\n`);
  } else {
    process.stdout.write(await rendered(tools, missing));
  }
  return missing.length === 0 ? 0 : 1;
}

function missingOf(tools: readonly ToolReport[]): string[] {
  return tools.filter(({ state }) => state === "missing").map(({ name }) => name);
}

async function rendered(tools: readonly ToolReport[], missing: readonly string[]): Promise<string> {
  const { table } = await import("../ui/table.js");
  const list = table(tools, [
    { title: "", value: ({ state }) => ({ present: "✔", missing: "✖", "not needed": "-" })[state] },
    { title: "Program", value: ({ name }) => name },
    { title: "Found", value: ({ found }) => found?.version ?? (found ? "unusable" : "no") },
    { title: "Wanted", value: ({ wanted }) => wanted },
    { title: "Needed to", value: ({ why }) => why, wrap: true },
    { title: "Where, or how it will be had", value: howOf, wrap: true },
  ]);
  const verdict =
    missing.length === 0
      ? "Everything is there."
      : `Missing: ${missing.join(", ")}.\n  try: secondsite doctor --install`;
  return `${list}\n${verdict}\n`;
}

function howOf({ state, found, how }: ToolReport): string {
  const refused = found?.refused ? `${found.path}: ${found.refused}; ` : "";
  return state === "not needed"
    ? `${refused}only when something has to be built: ${how}`
    : `${refused}${how}`;
}
