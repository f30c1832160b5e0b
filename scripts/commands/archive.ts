import type { Archiving, EpochChoice } from "../../engines/postgres/host/archive.js";
import type { HostDataset } from "../../engines/postgres/host/dataset.js";
import type { NeededSetting } from "../../engines/postgres/host/settings.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import { identityOption, storeOption } from "../sealed/options.js";
import { nothingChanged, say } from "../ui/say.js";

const help = `
For a server that runs on an ordinary machine; run it there, as the server's user or as root. The server is found as
PostgreSQL's own programs find it (PGHOST, PGPORT, PGUSER, PGPASSWORD_FILE), as a superuser.

Without --yes it shows how the server archives and what has to be set. With it: the repositories' passphrase is made where
there is none, and lies wrapped at every copy; pgBackRest's configuration is written beside the data folder, in
../secondsite/<dataset>, readable by the server's user alone; the repositories are made; and the settings are set by ALTER
SYSTEM. What needs a restart is said. Run it again after that: it then proves that a segment reaches every copy.

A server that takes another one's place (restored, or new) begins an epoch of its own with --new-epoch, so that what an old
server may still write is not mixed with it, and with --identity where the passphrase is not in its folder; from then on both
are left out. Given once more, it begins no other while the server's log goes on in its own. --continue-epoch is for the same server
whose ../secondsite folder was lost. A server whose log does not go on where the epoch's ends is refused.

Exit codes: 0 it archives as the plan says, 1 not yet, 2 bad input, 3 a store or the server failed.

Example:
  $ sudo -u postgres secondsite archive plans/support-desk.ts tickets          # look
  $ sudo -u postgres secondsite archive plans/support-desk.ts tickets --yes    # act`;

/** `secondsite archive`: whether a server's log goes where the plan says, and how it comes to. */
export const archive: CommandModule = {
  register(program, done) {
    program
      .command("archive <plan> <dataset>")
      .description("Sets up the archiving of a PostgreSQL server's log on an ordinary machine.")
      .option("--yes", "act; without it only what is and what would be is shown", false)
      .option("--new-epoch", "begin an epoch: this server takes the place of another one", false)
      .option(
        "--continue-epoch",
        "go on with the newest epoch: no other server archives into it any more",
        false,
      )
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(metricsOption())
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, dataset, options) => done(await run(path, dataset, options)));
  },
};

interface Options {
  readonly yes: boolean;
  readonly newEpoch: boolean;
  readonly continueEpoch: boolean;
  readonly store?: string[];
  readonly identity?: string[];
  readonly metrics?: string;
  readonly json: boolean;
}

async function run(path: string, dataset: string, options: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { EngineError } = await import("../../engines/errors.js");
  const { archives, archivingOf, setUpArchiving } = await import("../../engines/postgres/host/archive.js");
  const { awaitsRestart } = await import("../../engines/postgres/host/settings.js");
  const { hostDataset } = await import("../physical/job.js");
  const { recorded } = await import("../operation/recorded.js");
  const { connectionFrom } = await import("../sealed/connection.js");
  const { yes, newEpoch, continueEpoch, json } = options;
  if (newEpoch && continueEpoch)
    throw new EngineError("--new-epoch and --continue-epoch say two things: give one of them", 2);
  const plan = await loadPlan(path);
  const of = await hostDataset(plan, dataset, options);
  const address = await connectionFrom("postgres", process.env);
  const choice = newEpoch ? "new" : continueEpoch ? "continue" : undefined;
  const found = yes
    ? await recorded(
        { plan, name: "archive", dataset, store: options.store, metricsFile: options.metrics },
        () => setUpArchiving(of, address, choice, say),
        (done) => ({
          exitCode: archives(done) ? 0 : 1,
          details: { epoch: done.state?.epoch ?? 0, system: done.server.systemIdentifier },
        }),
      )
    : await archivingOf(of, address);
  const good = archives(found);
  const ahead = yes || (good && choice === undefined) ? undefined : await lookAhead(of, found, choice);
  process.stdout.write(
    json
      ? `${JSON.stringify({ dataset, archives: good, ...asJson(found), ...ahead }, undefined, 2)}\n`
      : shown(found, { good, yes, newEpoch, ahead, restart: awaitsRestart(found.settings) }),
  );
  return good ? 0 : 1;
}

/** What `--yes` would archive into, or why it would be refused. */
type Ahead = { readonly epochAhead: number } | { readonly refused: string };

/** Looks at what acting would do with the epoch: a decision that is missing is seen before anything is done. */
async function lookAhead(of: HostDataset, found: Archiving, choice: EpochChoice): Promise<Ahead> {
  const { epochFor } = await import("../../engines/postgres/host/archive.js");
  const { EngineError, withHint } = await import("../../engines/errors.js");
  const { VaultError } = await import("../../vault/index.js");
  try {
    return { epochAhead: await epochFor(of, found, choice) };
  } catch (error) {
    if (!(error instanceof EngineError || error instanceof VaultError)) throw error;
    return { refused: withHint(error) };
  }
}

const asJson = ({ server, folder, state, settings, moved }: Archiving) => ({
  ...{ data: server.data, systemIdentifier: server.systemIdentifier, folder: folder.path },
  ...(state ? { epoch: state.epoch } : {}),
  ...{ settings, moved },
});

/** What is said beside how the server archives. */
interface Said {
  readonly good: boolean;
  readonly yes: boolean;
  readonly newEpoch: boolean;
  readonly ahead: Ahead | undefined;
  /** All that is missing is a restart. */
  readonly restart: boolean;
}

function shown({ server, folder, state, settings, moved }: Archiving, said: Said): string {
  const { good, restart } = said;
  const lines = [
    good
      ? `The server in ${server.data} archives as the plan says.`
      : restart
        ? `The server in ${server.data} archives as the plan says once it is restarted.`
        : `The server in ${server.data} does not archive as the plan says.`,
    ...(state ? [`  epoch     ${state.epoch}, configured in ${folder.path}`] : []),
    ...moved.map(
      ({ site, from, to }) => `  ✖ ${site}: log goes to ${from}, and the copy is said to be at ${to}`,
    ),
    ...settings.map(settingLine),
    ...aheadLines(said.ahead, state?.epoch),
    ...whatNext(said),
  ];
  return `${lines.join("\n")}\n`;
}

function settingLine({ name, present, met, value, restart, pending }: NeededSetting): string {
  if (met) return `  ✔ ${name} = '${present}'`;
  if (pending) return `  … ${name} = '${value}' from the next start on`;
  return `  ✖ ${name} = '${present}', has to be '${value}'${restart ? " (takes a restart)" : ""}`;
}

function aheadLines(ahead: Ahead | undefined, present: number | undefined): string[] {
  if (ahead === undefined) return [];
  if ("refused" in ahead) return [`  ✖ ${ahead.refused}`];
  const { epochAhead: epoch } = ahead;
  if (epoch === present) return [`  epoch ${epoch} is this server's own: --yes goes on in it`];
  return [`  epoch ${epoch} is what --yes would archive into`];
}

function whatNext({ good, yes, newEpoch, restart, ahead }: Said): string[] {
  if (ahead !== undefined && "refused" in ahead) return ["Nothing was changed; --yes would be refused."];
  if (restart)
    return [
      `Restart PostgreSQL, and run this again${yes ? "" : " with --yes"}${newEpoch ? " without --new-epoch" : ""}: it proves that a segment reaches every copy.`,
    ];
  if (!yes) return good && ahead === undefined ? [] : [nothingChanged];
  return good
    ? []
    : [
        "A setting did not take effect: the server's command line or a file that it reads later says otherwise.",
      ];
}
