import type { CommandModule } from "../command.js";

const schemaHelp = `
For editors and for programs that write plans. It describes what single fields may be; names that have to exist and
needs that must not go round in a circle are what "check" finds.

Example:
  $ secondsite plan schema > secondsite.schema.json`;

const jsonHelp = `
What is printed is a plan too: every command takes it in place of the module, with the same result.

Exit codes: 0 printed, 2 the plan cannot be read or contradicts itself.

Example:
  $ secondsite plan json plans/kubernetes-chat.ts > chat.json
  $ secondsite check chat.json`;

/** `secondsite plan`: the plan and its shape for other programs. */
export const plan: CommandModule = {
  register(program, done) {
    const group = program.command("plan").description("Prints a plan as JSON, or the JSON Schema of plans.");
    group
      .command("schema")
      .description("Prints the JSON Schema (draft 2020-12) of plans.")
      // Both print JSON anyway; every command takes the option.
      .option("--json", "print as JSON, as always", true)
      .addHelpText("after", schemaHelp)
      .action(async () => {
        const { planJsonSchema } = await import("../../plan/index.js");
        print(planJsonSchema());
        done(0);
      });
    group
      .command("json <plan>")
      .description("Prints a plan as JSON, with its defaults filled in.")
      .option("--json", "print as JSON, as always", true)
      .addHelpText("after", jsonHelp)
      .action(async (path) => {
        const { loadPlan } = await import("../../plans/load.js");
        print(await loadPlan(path));
        done(0);
      });
  },
};

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
