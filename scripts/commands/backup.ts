import { Option } from "@commander-js/extra-typings";
import { wordsOf } from "../../vault/errors.js";
import type { CommandModule, ExitCode } from "../command.js";
import { metricsOption } from "../options.js";
import { identityOption, outputGiven, stagingOption, storeOption } from "../sealed/options.js";
import { say } from "../ui/say.js";

const help = `
A physical backup (pgBackRest) runs where its server's Pod can be reached, or on the server's own machine, which has to
archive (secondsite archive). A dump (logical) runs anywhere: the server is found as PostgreSQL's own programs find it
(PGHOST, PGPORT, PGUSER, PGPASSWORD or PGPASSWORD_FILE, PGSSLMODE, PGSSLROOTCERT), and stores by the AWS environment, or by
the profile <plan>-<site> for a store of another provider.
Pulumi's state (copy) is read from the backend that the plan names, a folder or a bucket, by the AWS environment or the
profile in its address; no Pulumi is needed, and nothing is decrypted.
Sealing needs no secret key: what is written is wrapped for those whom the plan names.

Exit codes: 0 every copy has the point, 1 the source is empty, 2 bad input, 3 at least one copy failed, 4 another run
has the job.

Example:
  $ secondsite backup plans/kubernetes-chat.ts messages --kind physical
  $ PGHOST=db.desk.test PGUSER=backup secondsite backup plans/support-desk.ts tickets --kind logical
  $ secondsite backup plans/kubernetes-chat.ts infrastructure-state
  $ secondsite backup plans/support-desk.ts tickets --kind logical --output /mnt/disk/before-the-upgrade`;

/** `secondsite backup`: captures a recovery point now. CronJobs run it; so can a person. */
export const backup: CommandModule = {
  register(program, done) {
    program
      .command("backup <plan> <dataset>")
      .description("Captures a recovery point of a dataset into every direct copy, now.")
      .option(
        "--kind <kind>",
        "which of its backups: physical, logical, copy, logical-2 … (default: the first)",
      )
      .addOption(new Option("--site <site>", "site that captures").env("SECONDSITE_SITE"))
      .option("--output <folder>", "a dump or copy into a folder of your own instead of the plan's copies")
      .addOption(storeOption())
      .addOption(identityOption())
      .addOption(stagingOption())
      .addOption(metricsOption())
      .option("--json", "print the recovery points as JSON", false)
      .addHelpText("after", help)
      .action(async (path, dataset, options) => done(await capture(path, dataset, options)));
  },
};

interface Options {
  readonly kind?: string;
  readonly site?: string;
  readonly output?: string;
  readonly store?: string[];
  readonly identity?: string[];
  readonly staging?: string;
  readonly metrics?: string;
  readonly json: boolean;
}

async function capture(path: string, dataset: string, options: Options): Promise<ExitCode> {
  const { loadPlan } = await import("../../plans/load.js");
  const { backupCalled } = await import("../sealed/wanted.js");
  const plan = await loadPlan(path);
  const wanted = backupCalled(plan, dataset, options.kind, { sealedOnly: options.output !== undefined });
  const { kind } = wanted;
  const { physicalTold, sealedTold } = await import("../operation/backup-told.js");
  const { recorded } = await import("../operation/recorded.js");
  const { metrics, store, site } = options;
  const operation = { plan, name: "backup", dataset, kind, store, site, metricsFile: metrics } as const;
  if (wanted.engine === "postgres-physical") {
    const { backupPhysical } = await import("../physical/backup.js");
    const captured = await recorded(
      operation,
      () => backupPhysical(plan, dataset, wanted.backup, { ...options, takenAt: site, say }),
      (copies) => physicalTold(dataset, kind, copies),
    );
    if (options.json) print({ dataset, points: captured.map(({ key, entry }) => ({ key, ...entry })) });
    else
      for (const { label, site: at } of captured) process.stdout.write(`✔ ${dataset}: ${label} at ${at}\n`);
    return 0;
  }
  const { backupSealed } = await import("../sealed/backup.js");
  const { output, site: takenAt, ...rest } = options;
  const { facts, copies } = await recorded(
    operation,
    async () => {
      const folder = await outputGiven(output);
      return backupSealed(plan, dataset, { ...rest, kind, say, takenAt, folder });
    },
    (point) => sealedTold(dataset, kind, point),
  );
  if (options.json)
    print({
      ...{
        dataset,
        kind,
        label: facts.label,
        at: facts.at,
        startedAt: facts.startedAt,
        finishedAt: facts.finishedAt,
      },
      copies: copies.map(({ site, store, appended, failure }) => ({
        ...{ site, store },
        ...(appended ? { key: appended.key } : { failure: wordsOf(failure) }),
      })),
    });
  else
    for (const { site, store, appended, failure } of copies)
      process.stdout.write(
        `${appended ? "✔" : "✖"} ${dataset}: ${facts.label} at ${site}, ${store}${appended ? "" : `: ${wordsOf(failure)}`}\n`,
      );
  return copies.every(({ appended }) => appended) ? 0 : 3;
}

const print = (value: unknown) => process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`);
