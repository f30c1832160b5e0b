import type { CommandModule, ExitCode } from "../command.js";
import type { RestorePlan } from "../restore/plan-restore.js";

const help = `
Without --yes it shows what it would do. With it, a fresh server of its own is deployed at the site, filled from that
site's own copy alone, replayed up to exactly TIME, and verified. Nothing that runs is touched: no Service leads to it,
it holds no lease and archives nowhere.

Exit codes: 0 restored and verified (or shown), 1 nothing covers the time, the log ends before it, or the data is
damaged, 2 bad input or an instance of that name is there already, 3 the world failed.

Example:
  $ secondsite restore plans/kubernetes-chat.ts --at 2026-03-01T14:30:00Z --to oregon        # look
  $ secondsite restore plans/kubernetes-chat.ts --at 2026-03-01T14:30:00Z --to oregon --yes  # act
  $ secondsite restore plans/kubernetes-chat.ts --point 20260301-020001F --to oregon --name audit --yes`;

/** `secondsite restore`: a moment of the past as a server of its own. */
export const restore: CommandModule = {
  register(program, done) {
    program
      .command("restore <plan>")
      .description("Rebuilds a dataset as it was, in a fresh isolated instance.")
      .requiredOption("--to <site>", "site to restore at, from its own copy")
      .option(
        "--at <time>",
        "moment to restore (ISO 8601 with zone): everything committed by then, nothing later",
      )
      .option("--point <label>", "recovery point to restore, at its own end")
      .option("--dataset <dataset>", "which dataset; needed where a plan has several")
      .option("--name <name>", "name of the instance (default: made from the time)")
      .option("--yes", "act; without it only what would happen is shown", false)
      .option("--wait <seconds>", "longest it may take to be ready", "3600")
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await run(path, options)));
  },
};

interface Options {
  readonly to: string;
  readonly at?: string;
  readonly point?: string;
  readonly dataset?: string;
  readonly name?: string;
  readonly yes: boolean;
  readonly wait: string;
  readonly json: boolean;
}

async function run(path: string, { yes, json, wait, ...wish }: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { planRestore } = await import("../restore/plan-restore.js");
  const { secondsGiven } = await import("../options.js");
  const patienceSeconds = secondsGiven("--wait", wait);
  const intended = await planRestore(await loadPlan(path), wish);
  if (yes) {
    const { restore: act } = await import("../restore/restore.js");
    const startedAt = performance.now();
    const tell = (phase: string, detail: string) => {
      const elapsed = `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s`;
      process.stderr.write(`${elapsed}  ${phase.padEnd(8)} ${detail}\n`);
    };
    await act(intended, { planFile: path, patienceSeconds, tell });
  }
  process.stdout.write(
    json ? `${JSON.stringify(asJson(intended, yes), undefined, 2)}\n` : shown(intended, yes),
  );
  return 0;
}

function asJson(intended: RestorePlan, done: boolean) {
  const { plan, dataset, site, point, moment, instance, server, stack, loss, connect, remove } = intended;
  return {
    ...{ plan: plan.name, dataset, site, instance, server, stack, restored: done },
    ...{ at: moment?.iso ?? point.finishedAt, point, loss },
    ...{ connect, remove },
  };
}

function shown(intended: RestorePlan, done: boolean): string {
  const { dataset, site, point, moment, server, stack, loss, connect, remove } = intended;
  const lines = [
    `Restoring "${dataset}" at "${site}" ${done ? "is done" : "would"}:`,
    `  server    ${server}, by stack ${stack}; nothing that runs is touched`,
    `  from      ${point.label} of epoch ${point.epoch} in that site's own copy, ended ${point.finishedAt}`,
    `  up to     ${moment ? `${moment.iso}, by the log` : "its own end"}`,
    `  without   ${loss}`,
    ...(done
      ? [`  connect   ${connect.join(" ")}`, `  remove    ${remove.join(" ")}`]
      : ["Nothing was changed. Add --yes to act."]),
  ];
  return `${lines.join("\n")}\n`;
}
