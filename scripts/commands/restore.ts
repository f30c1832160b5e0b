import { Option } from "@commander-js/extra-typings";

import { EngineError } from "../../engines/errors.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import type { RestorePlan } from "../restore/plan-restore.js";
import {
  asOfOption,
  fromOption,
  gather,
  identityOption,
  stagingOption,
  storeOption,
} from "../sealed/options.js";
import type { DumpOptions } from "../sealed/restore-command.js";
import { nothingChanged } from "../ui/say.js";

const help = `
From physical backups: without --yes it shows what it would do. With it, a fresh server of its own is deployed at the
site, filled from that site's own copy alone, replayed up to exactly TIME, and verified. Nothing that runs is touched: no
Service leads to it, it holds no lease and archives nowhere.

From physical backups of a server on an ordinary machine (--kind physical --into-folder FOLDER): a new data folder is
filled, the log replayed up to the target, and every page and index checked, on a machine that needs nothing but pgBackRest
and PostgreSQL's programs of that version. The target is --at, --lsn, --xid or --restore-point; a --point alone is restored
to its own end; without any, all that is stored. Where a transaction or a restore point lies before the newest point, name
an older one with --point. Start a server from the folder when it is done.

From a dump (--kind logical): the newest point that holds nothing later than TIME is restored into a new database of the
server that PGHOST and its siblings name, as a superuser; compared with what was captured; and switched in by rename.
What was live is kept beside it. With --hooks: people are told, writers stopped, a safety backup made, and after it they
are started and asked; whatever fails, the system is usable. The safety backup is restored only by name (--point). The
file holds argument lists of programs that are there; what one leaves running is not waited for, and nobody hears it:
  { "notify": ["logger"], "stopWriters": ["systemctl", "stop", "desk"], "startWriters": ["systemctl", "start", "desk"],
    "validate": ["curl", "-fsS", "http://127.0.0.1:8080/health/deep"] }

Pulumi's state (--into-backend): every stack of the newest point that holds nothing later than TIME is written into a
backend that has none of them: a folder, or s3://BUCKET[/PREFIX][?region=…&endpoint=…] as pulumi login takes it. Nothing
is overwritten; a run that was killed is carried on by the same command. Secrets stay sealed as the stack's own provider
sealed them: its passphrase or key is needed to use it, and not here.

What was deleted or overwritten in a store that keeps versions is stepped back behind with --as-of.

Exit codes: 0 restored and verified (or shown), 1 nothing covers the time, the log ends before it, or the data is
damaged, 2 bad input, or an instance or stack of that name is there already, 3 the world failed, 4 another run fills that
folder.

Example:
  $ secondsite restore plans/kubernetes-chat.ts --at 2026-03-01T14:30:00Z --to oregon        # look
  $ secondsite restore plans/kubernetes-chat.ts --at 2026-03-01T14:30:00Z --to oregon --yes  # act
  $ secondsite restore plans/kubernetes-chat.ts --point 20260301-020001F --to oregon --name audit --yes
  $ secondsite restore plans/support-desk.ts --kind physical --into-folder /srv/pg/15 --at 2026-03-01T14:30:00Z \\
      --identity recovery.txt --yes
  $ secondsite restore plans/support-desk.ts --dataset tickets --kind logical --identity recovery.txt --yes
  $ secondsite restore plans/kubernetes-chat.ts --into-backend 's3://chat-state-oregon?region=us-west-2' --yes`;

/** `secondsite restore`: a moment of the past as a server of its own. */
export const restore: CommandModule = {
  register(program, done) {
    program
      .command("restore <plan>")
      .description("Rebuilds a dataset as it was, in a fresh isolated instance.")
      .option("--to <site>", "site to restore at, from its own copy; not for dumps")
      .option(
        "--at <time>",
        "moment to restore (ISO 8601 with zone): everything committed by then, nothing later",
      )
      .option("--point <label>", "recovery point to restore, at its own end")
      .option("--dataset <dataset>", "which dataset; needed where a plan has several")
      .option("--name <name>", "name of the instance (default: made from the time)")
      .option(
        "--kind <kind>",
        "restore from this dump (logical, logical-2 …); physical: from physical backups",
      )
      .option("--into-folder <folder>", "physical: data folder that is to be, new or empty")
      .option("--lsn <position>", "physical: position in the log to restore")
      .option("--xid <number>", "physical: transaction to restore, with it")
      .option("--restore-point <name>", "physical: restore point, by the name that it was given")
      .option("--accept-gap", "physical: where log is missing, restore what is before it")
      .option("--timeline <number>", "physical: timeline to follow (default: the newest)")
      .option("--into <database>", "dumps: database to restore into (default: the plan's)")
      .option("--replace <label>", "dumps: finished restore that may be replaced")
      .option("--system <identifier>", "identity that the server, or what is restored, has to have")
      .option("--into-backend <place>", "Pulumi's state: backend that it is written into, a folder or s3://…")
      .addOption(
        new Option("--stack <name>", "Pulumi's state: only this stack; may stand several times").argParser<
          string[]
        >(gather),
      )
      .option("--hooks <file>", "dumps: JSON with the programs that stop, start and ask the service")
      .option("--jobs <number>", "dumps: tables that are loaded side by side", "1")
      .option("--site <site>", "only this site's copy; not for an instance of its own")
      .addOption(asOfOption())
      .addOption(fromOption())
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(stagingOption())
      .addOption(metricsOption())
      .option("--yes", "act; without it only what would happen is shown", false)
      .option("--wait <seconds>", "longest it may take to be ready", "3600")
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, options) => done(await run(path, options)));
  },
};

interface Options extends DumpOptions {
  readonly intoBackend?: string;
  readonly stack?: string[];
  readonly intoFolder?: string;
  readonly lsn?: string;
  readonly xid?: string;
  readonly restorePoint?: string;
  readonly timeline?: string;
  readonly acceptGap?: boolean;
  readonly to?: string;
  readonly at?: string;
  readonly point?: string;
  readonly dataset?: string;
  readonly name?: string;
  readonly yes: boolean;
  readonly wait: string;
  readonly json: boolean;
}

const onlyIntoFolder = ["lsn", "xid", "restorePoint", "timeline", "acceptGap"] as const;
const notForDumps = ["to", "name", ...onlyIntoFolder] as const;

async function run(path: string, options: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { intoFolder, intoBackend } = options;
  if (intoBackend !== undefined) {
    refuse(
      options,
      [...notForDumps, "into", "replace", "system", "hooks", "intoFolder"],
      "a restore into a backend",
    );
    const { restoreToBackend } = await import("../state/restore-command.js");
    return restoreToBackend(await loadPlan(path), { ...options, intoBackend });
  }
  refuse(options, ["stack"], "a restore without --into-backend");
  if (intoFolder !== undefined) {
    refuse(options, ["to", "name", "into", "replace", "hooks", "from"], "a restore into a folder");
    if (options.kind !== undefined && options.kind !== "physical")
      throw new EngineError(`--into-folder is for physical backups, not for "${options.kind}"`, 2);
    const { restoreToFolder } = await import("../physical/restore-command.js");
    return restoreToFolder(await loadPlan(path), { ...options, planFile: path, intoFolder });
  }
  refuse(options, onlyIntoFolder, "a restore without --into-folder");
  if ((options.kind !== undefined && options.kind !== "physical") || options.from !== undefined) {
    refuse(options, ["to", "name"], "a restore from a dump");
    const { restoreFromDump } = await import("../sealed/restore-command.js");
    return restoreFromDump(await loadPlan(path), options);
  }
  refuse(options, ["into", "replace", "system", "hooks", "site"], "a restore from physical backups");
  const { yes, json, wait, to, metrics, ...wish } = options;
  if (to === undefined) {
    const { unsaidWay } = await import("../restore/next-command.js");
    throw unsaidWay(await loadPlan(path), wish.dataset);
  }
  const { planRestore } = await import("../restore/plan-restore.js");
  const { secondsGiven } = await import("../options.js");
  const patienceSeconds = secondsGiven("--wait", wait);
  const plan = await loadPlan(path);
  const intend = () => planRestore(plan, { ...wish, to });
  const acted = async () => {
    const { restore: act } = await import("../restore/restore.js");
    const intended = await intend();
    const startedAt = performance.now();
    const tell = (phase: string, detail: string) => {
      const elapsed = `${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s`;
      process.stderr.write(`${elapsed}  ${phase.padEnd(8)} ${detail}\n`);
    };
    await act(intended, { planFile: path, patienceSeconds, tell });
    return intended;
  };
  const { recorded } = await import("../operation/recorded.js");
  const { dataset } = wish;
  const operation = {
    plan,
    name: "restore",
    kind: "physical",
    dataset,
    site: to,
    metricsFile: metrics,
  } as const;
  const intended = yes ? await recorded(operation, acted, told) : await intend();
  process.stdout.write(
    json ? `${JSON.stringify(asJson(intended, yes), undefined, 2)}\n` : shown(intended, yes),
  );
  return 0;
}

/** What has no meaning is not left out in silence: whoever gave it means something by it. */
function refuse(options: Options, none: readonly (keyof Options)[], what: string): void {
  const given = none
    .filter((name) => options[name] !== undefined)
    .map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (given.length > 0)
    throw new EngineError(`${what} takes no ${given.join(", ")}`, 2, "secondsite restore --help");
}

const told = ({ dataset, point, moment, instance, server, stack }: RestorePlan) => ({
  point: point.label,
  dataset,
  details: { at: moment?.iso ?? point.finishedAt, epoch: point.epoch, instance, server, stack },
});

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
    ...(done ? [`  connect   ${connect.join(" ")}`, `  remove    ${remove.join(" ")}`] : [nothingChanged]),
  ];
  return `${lines.join("\n")}\n`;
}
