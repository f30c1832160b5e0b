import type { Finding } from "../../plan/proofs/index.js";
import type { CommandModule, ExitCode } from "../command.js";

const help = `
Schedules are followed for five years from --as-of, with every change of clocks and a leap day among them.

A plan that contradicts itself, or has a waiver that expired before --as-of, is not proved: every problem is listed
with its place.

What a waiver accepts is marked "~" and counted apart: it is no promise that holds.

Exit codes: 0 no promise is broken that nobody waived, 1 at least one error, 2 the plan cannot be read or contradicts itself.

Example:
  $ secondsite check plans/kubernetes-chat.ts
  $ secondsite check plans/kubernetes-chat.ts --as-of 2026-03-01 --json`;

/** `secondsite check`: what the plan promises, proved or refuted before anything is deployed. */
export const check: CommandModule = {
  register(program, done) {
    program
      .command("check <plan>")
      .description(
        "Proves what the plan promises; shows each finding with its arithmetic and the smallest fix.",
      )
      .option("--as-of <date>", "day from which schedules are followed and waivers count (default: today)")
      .option("--json", "print the findings as JSON", false)
      .addHelpText("after", help)
      .action(async (path, { asOf, json }) => done(await proved(path, asOf, json)));
  },
};

async function proved(path: string, day: string | undefined, json: boolean): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { prove } = await import("../../plan/proofs/index.js");
  const { dateGiven } = await import("../options.js");
  const { findingsTable } = await import("../findings-table.js");
  const asOf = dateGiven("--as-of", day ?? new Date().toISOString().slice(0, 10));
  const plan = await loadPlan(path, { asOf });
  const findings = prove(plan, asOf);
  const count = (severity: Finding["severity"]) =>
    findings.filter((one) => one.severity === severity && !one.waived).length;
  const waived = findings.filter((one) => one.waived).length;
  const summary = { errors: count("error"), warnings: count("warning") };
  const { columns = 100, isTTY = false } = process.stdout;
  const layout = { width: Math.max(columns, 20), colour: isTTY && !process.env.NO_COLOR };
  process.stdout.write(
    json
      ? `${JSON.stringify({ plan: plan.name, asOf: asOf.toISOString().slice(0, 10), findings, summary }, undefined, 2)}\n`
      : `${findingsTable(findings, layout)}\n\n${plan.name}: ${counted(summary.errors, "error")}, ${counted(summary.warnings, "warning")}, ${waived > 0 ? `${waived} waived, ` : ""}${counted(count("info"), "promise holds", "promises hold")}\n`,
  );
  return summary.errors > 0 ? 1 : 0;
}

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
