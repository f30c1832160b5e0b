import { InvalidArgumentError, Option } from "@commander-js/extra-typings";

import type { ControlName, Rehearsed, ScenarioName } from "../../sandbox/rehearsals/index.js";
import type { CommandModule, ExitCode } from "../command.js";

// Written out: importing them would load the sandbox for every command's help.
const scenarios: readonly ScenarioName[] = ["region-loss", "partition"];
const controls: readonly ControlName[] = [
  "archiving-off",
  "byte-changed",
  "keeper-disabled",
  "repository-damaged",
  "statefulset-removed",
];

/** `secondsite rehearse`: from nothing to a report, on this machine. */
export const rehearse: CommandModule = {
  register(program, done) {
    program
      .command("rehearse <plan>")
      .description("Deploys a plan into a world on this machine, breaks it, takes over and measures.")
      .addOption(new Option("--scenario <name>", "what happens").choices(scenarios).default(scenarios[0]))
      .option("--seed <number>", "decides the moment of the fault and the data", whole, 5)
      .addOption(
        new Option("--control <name>", "break what has to make the rehearsal fail").choices(controls),
      )
      .option("--keep", "leave the world up for a look around", false)
      .option("--name <name>", "which world", "default")
      .option("--net <number>", "its addresses are 10.<number>.0.0/16", whole)
      .option("--json", "print the report as JSON", false)
      .addHelpText(
        "after",
        `
The report is in .secondsite/report/latest: report.json, report.html, evidence.json.

Exit codes: 0 objectives met, 1 an objective missed or the verification failed, 2 bad input,
3 the world failed, the fault was not injected or the load never ran.

Example:
  $ sudo secondsite rehearse plans/kubernetes-chat.ts --scenario region-loss --seed 7`,
      )
      .action(async (plan, options) => done(await run(plan, options as Options)));
  },
};

interface Options {
  readonly scenario: ScenarioName;
  readonly seed: number;
  readonly control?: ControlName;
  readonly keep: boolean;
  readonly name: string;
  readonly net?: number;
  readonly json: boolean;
}

async function run(
  plan: string,
  { scenario, seed, control, keep, name, net, json }: Options,
): Promise<ExitCode> {
  const [{ rehearse }, { defaultWorld }, { progressTo }] = await Promise.all([
    import("../../sandbox/rehearsals/index.js"),
    import("../../sandbox/world/index.js"),
    import("../ui/progress.js"),
  ]);
  const stopping = new AbortController();
  const interrupted = () => stopping.abort(new Error("interrupted"));
  process.on("SIGINT", interrupted).on("SIGTERM", interrupted);
  try {
    const rehearsed = await rehearse({
      plan,
      scenario,
      seed,
      ...(control === undefined ? {} : { control }),
      keep,
      progress: progressTo(),
      signal: stopping.signal,
      world: { ...defaultWorld, name, ...(net === undefined ? {} : { net }) },
    });
    process.stdout.write(
      json ? `${JSON.stringify(rehearsed.report, undefined, 2)}\n` : await rendered(rehearsed),
    );
    return rehearsed.report.verdict === "met" ? 0 : 1;
  } finally {
    process.removeListener("SIGINT", interrupted).removeListener("SIGTERM", interrupted);
  }
}

async function rendered({ report, reasons, folder }: Rehearsed): Promise<string> {
  const { table } = await import("../ui/table.js");
  const shown = (value: number | null, unit: string) =>
    value === null ? "-" : `${Math.round(value * 10) / 10} ${unit}`;
  const { objectives, measured, floorSeconds } = report;
  const within = (value: number | null, limit: number | null) =>
    value === null ? "no" : limit === null || value <= limit ? "yes" : "no";
  return [
    table(report.phases, [
      { title: "From", value: ({ startedAt }) => startedAt.slice(11, 19) },
      { title: "Seconds", value: ({ seconds }) => seconds.toFixed(1).padStart(7) },
      { title: "Phase", value: ({ name }) => name },
    ]),
    table(
      [
        {
          name: "RTO",
          objective: shown(objectives.rtoSeconds, "s"),
          measured: shown(measured.rtoSeconds, "s"),
          met: within(measured.rtoSeconds, objectives.rtoSeconds),
          note: `${floorSeconds} s of waiting: lease, health check, TTL`,
        },
        {
          name: "RPO",
          objective: shown(objectives.rpoSeconds, "s"),
          measured: shown(measured.rpoSeconds, "s"),
          met: within(measured.rpoSeconds, objectives.rpoSeconds),
          note: `${measured.rowsLost ?? "?"} of ${measured.rowsCommitted} rows lost`,
        },
      ],
      [
        { title: "", value: ({ name }) => name },
        { title: "Objective", value: ({ objective }) => objective },
        { title: "Measured", value: ({ measured }) => measured },
        { title: "Met", value: ({ met }) => met },
        { title: "", value: ({ note }) => note },
      ],
    ),
    table(report.verification.tables, [
      { title: "Table", value: ({ name }) => name },
      { title: "Rows", value: ({ rows }) => String(rows) },
      { title: "SHA-256", value: ({ checksum }) => checksum.slice(0, 16) },
      { title: "As expected", value: ({ matches }) => (matches ? "yes" : "NO") },
    ]),
    `Objectives ${report.verdict}.${reasons.map((reason) => `\n  ${reason}`).join("")}\nReport: ${folder}\n`,
  ].join("\n");
}

function whole(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError(`It must be a whole number from 0, got "${text}".`);
}
