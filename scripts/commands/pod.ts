import type { CommandModule } from "../command.js";
import { siteVariable } from "../in-pod.js";

/** `secondsite pod …`: what containers run. People have no use for it. */
export const pod: CommandModule = {
  register(program, done) {
    const group = program
      .command("pod", { hidden: true })
      .description(`What the containers of a site run; the site is in ${siteVariable}.`)
      .addHelpText(
        "after",
        "\nExample, as a container's command:\n  secondsite pod database /etc/secondsite/plan.json messages",
      );
    group
      .command("secrets <plan> <dataset>")
      .description("Makes a dataset's passwords, certificates and wrapped passphrase where they are missing.")
      .action(async (plan, dataset) => {
        const { makeSecrets } = await import("../../engines/postgres/secrets.js");
        await makeSecrets(await placed(plan, dataset), log);
        done(0);
      });
    group
      .command("keys <plan> <dataset>")
      .description("Lays the keys of a dataset without a server at every copy, where they are missing.")
      .action(async (path, dataset) => {
        const { layKeysOf } = await import("../keys/lay.js");
        const { plan, site } = await here(path);
        await layKeysOf(plan, dataset, site, log);
        done(0);
      });
    group
      .command("prepare <plan> <dataset>")
      .description("Fills an empty data volume and writes this Pod's configuration.")
      .action(async (plan, dataset) => {
        const { prepare } = await import("../../engines/postgres/prepare.js");
        await prepare(await placed(plan, dataset), log);
        done(0);
      });
    group
      .command("database <plan> <dataset>")
      .description("Supervises PostgreSQL under the lease until it is told to stop.")
      .action(async (plan, dataset) => {
        const { keep } = await import("../../engines/postgres/keeper.js");
        await keep(await placed(plan, dataset), stopSignal(), log);
        done(0);
      });
    group
      .command("restore <plan> <dataset>")
      .description("Fills an empty data volume from a recovery point, for a server of its own.")
      .requiredOption("--epoch <number>", "epoch of the repository")
      .requiredOption("--label <label>", "backup that the log is replayed onto")
      .option("--target <time>", "moment to stop at")
      .action(async (plan, dataset, { epoch, label, target }) => {
        const { restorePoint } = await import("../../engines/postgres/restore.js");
        const { wholeGiven } = await import("../options.js");
        const request = {
          epoch: wholeGiven("--epoch", epoch, 1),
          label,
          ...(target === undefined ? {} : { target }),
        };
        await restorePoint(await placed(plan, dataset), request, log);
        done(0);
      });
    group
      .command("verify <plan> <dataset>")
      .description("Verifies every file in the site's own copy; the last line is the verdict as JSON.")
      .requiredOption("--epoch <number>", "epoch of the repository")
      .action(async (plan, dataset, { epoch }) => {
        const { verifyRepository } = await import("../../engines/postgres/verify-repository.js");
        const { wholeGiven } = await import("../options.js");
        const verdict = await verifyRepository(
          await placed(plan, dataset),
          wholeGiven("--epoch", epoch, 1),
          log,
        );
        process.stdout.write(`${JSON.stringify(verdict)}\n`);
        done(0);
      });
    group
      .command("restored <plan> <dataset>")
      .description("Runs a restored server, isolated, until it is told to stop.")
      .action(async (plan, dataset) => {
        const { serveRestored } = await import("../../engines/postgres/restore-server.js");
        await serveRestored(await placed(plan, dataset), stopSignal(), log);
        done(0);
      });
  },
};

function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

async function placed(path: string, dataset: string) {
  const { place } = await import("../../engines/postgres/placement.js");
  const { plan, site } = await here(path);
  return place(plan, site, dataset);
}

/** The plan, and the site that this Pod runs at. @throws EngineError (2) outside of a Pod */
async function here(path: string) {
  const { loadPlan } = await import("../../plans/load.js");
  const { EngineError } = await import("../../engines/errors.js");
  // A server started beside the real one, on an operator's machine, would be nobody's.
  if (!process.env.KUBERNETES_SERVICE_HOST)
    throw new EngineError("pod commands run inside the Pods that a stack deploys, not here", 2);
  const site = process.env[siteVariable];
  if (!site) throw new EngineError(`${siteVariable} is not set; it names the site this container runs at`, 2);
  return { plan: await loadPlan(path), site };
}

/** One line a fact, with its time: container logs are read by people and by collectors. */
function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}
