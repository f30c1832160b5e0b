import type { CommandModule, ExitCode } from "../command.js";
import type { LegacyRestore, restoreLegacyDump } from "../legacy/legacy.js";
import { metricsOption } from "../options.js";
import { stagingOption } from "../sealed/options.js";
import { nothingChanged, say } from "../ui/say.js";

const help = `
Single files that other tools left, named <prefix><app>-full-<date>_<time>.sql.gz (or .dump, .pgc, .custom, .tar, compressed
by gzip or zstd, or not), with .meta.json beside them. What a file is, is found out by its content, whatever its name ends
with: plain SQL of pg_dump, or an archive of pg_restore.

PLACE is a folder, or s3://BUCKET[/PREFIX][?region=…&endpoint=…] with the AWS environment's credentials. Nothing is written
there.

Without KEY the dumps are listed, newest first. With one (or "newest") it is read from end to end and what it is is shown; with
--yes it is restored into a new database of the server that PGHOST and its siblings name, as a superuser, and switched in by
rename as DATABASE. What was live under that name is kept beside it. Commands that a plain dump has for psql alone are
refused. No content was recorded when it was taken: that it holds rows is all that is verified.

Exit codes: 0 listed, shown or restored, 1 there is no such dump, or it holds nothing, 2 bad input, or a role that the server lacks,
3 the dump cannot be read or ends early, or the server fails.

Example:
  $ secondsite legacy plans/support-desk.ts /mnt/old
  $ secondsite legacy plans/support-desk.ts 's3://old-bucket?region=eu-west-1' newest --into tickets_2025
  $ secondsite legacy plans/support-desk.ts 's3://old-bucket?region=eu-west-1' newest --into tickets_2025 --make-roles --yes`;

interface Options {
  readonly prefix: string;
  readonly into?: string;
  readonly makeRoles?: boolean;
  readonly replace?: string;
  readonly staging?: string;
  readonly metrics?: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/** `secondsite legacy`: dumps that other tools left. */
export const legacy: CommandModule = {
  register(program, done) {
    program
      .command("legacy <plan>")
      .argument("<place>", "folder or s3://… where they lie")
      .argument("[key]", "which to restore, or newest")
      .description("Lists and restores dumps that other tools left: single files of pg_dump.")
      .option("--prefix <prefix>", "what their keys begin with", "backups/full/")
      .option("--into <database>", "database that it is switched in as")
      .option("--make-roles", "make roles that the server lacks, without a login")
      .option("--replace <label>", "finished restore that may be replaced")
      .addOption(stagingOption())
      .addOption(metricsOption())
      .option("--yes", "act; without it only what would happen is shown", false)
      .option("--json", "print it as JSON", false)
      .addHelpText("after", help)
      .action(async (path, place, key, options) =>
        done(key === undefined ? await list(path, place, options) : await restore(path, place, key, options)),
      );
  },
};

async function list(path: string, at: string, options: Options): Promise<ExitCode> {
  const { EngineError } = await import("../../engines/errors.js");
  const { legacyAt } = await import("../legacy/legacy.js");
  const { loadPlan } = await import("../../plans/load.js");
  if (options.yes || options.into !== undefined)
    throw new EngineError("which dump is to be restored?", 2, "give its key after the place, or newest");
  await loadPlan(path);
  const { folder, dumps } = await legacyAt({ at, prefix: options.prefix });
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ at: folder.label, dumps }, undefined, 2)}\n`);
    return 0;
  }
  if (dumps.length === 0) {
    say(`there is no dump below "${options.prefix}" at ${folder.label}; --prefix names another beginning`);
    return 0;
  }
  const { table } = await import("../ui/table.js");
  const { humanBytes } = await import("../ui/bytes.js");
  process.stdout.write(
    table(dumps, [
      { title: "Taken at", value: ({ takenAt }) => takenAt },
      { title: "Of", value: ({ app }) => app },
      { title: "Stored", value: ({ bytes }) => humanBytes(bytes) },
      { title: "Key", value: ({ key }) => key },
    ]),
  );
  return 0;
}

async function restore(path: string, at: string, key: string, options: Options): Promise<ExitCode> {
  const { EngineError } = await import("../../engines/errors.js");
  const { loadPlan } = await import("../../plans/load.js");
  const { planLegacy, restoreLegacyDump: act } = await import("../legacy/legacy.js");
  const { lookedOrDone } = await import("../operation/looked-or-done.js");
  const { prefix, into, makeRoles, replace, staging, metrics, yes, json } = options;
  if (into === undefined)
    throw new EngineError("a restore needs the name of a database", 2, "--into <database>");
  const plan = await loadPlan(path);
  const wish = { at, key, prefix, into, makeRoles, replaces: replace, staging };
  const { intended, done } = await lookedOrDone(
    yes,
    { plan, name: "restore", kind: "legacy", metricsFile: metrics },
    { intend: () => planLegacy(wish), act: (what) => act(what, { staging, say }) },
    ({ intended: { dump, folder, inspected, target } }) => ({
      point: dump.key,
      details: {
        ...{ at: folder.label, sha256: inspected.sha256, takenAt: dump.takenAt },
        ...{ database: target.database, host: target.server.host },
      },
    }),
  );
  const { dump, folder, inspected, label, target } = intended;
  if (json) {
    const answer = {
      ...{ at: folder.label, dump, label, ...inspected, restored: yes },
      target: { host: target.server.host, database: target.database },
      ...(done ? { result: done } : {}),
    };
    process.stdout.write(`${JSON.stringify(answer, undefined, 2)}\n`);
  } else process.stdout.write(shown(intended, done));
  return 0;
}

function shown(
  { dump, folder, inspected, label, target }: LegacyRestore,
  done: Awaited<ReturnType<typeof restoreLegacyDump>> | undefined,
): string {
  const { format, sha256, roles } = inspected;
  const lines = [
    done?.already
      ? `"${target.database}" was restored from this very dump before: nothing was done now.`
      : `Restoring ${dump.key} ${done ? "is done" : "would"}:`,
    `  from      ${folder.label}, taken at ${dump.takenAt} by its name`,
    `  which is  a dump in the ${format} format, whole; SHA-256 ${sha256}`,
    `  roles     ${roles.length > 0 ? roles.join(", ") : "none"}`,
    `  into      a new database, switched in as "${target.database}" at ${target.server.host}`,
    ...(done && done.rolesMade.length > 0
      ? [`  made      ${done.rolesMade.join(", ")}, without a login`]
      : []),
    ...(done?.already ? [`  again     --replace ${label} restores it once more`] : []),
    ...(done?.previous === undefined ? [] : [`  kept      what was live, as "${done.previous}"`]),
    ...(done ? [] : [nothingChanged]),
  ];
  return `${lines.join("\n")}\n`;
}
