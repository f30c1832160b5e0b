import type { UpOptions, WorldSpec, WorldStatus } from "../../sandbox/world/index.js";
import type { CommandModule, ExitCode } from "../command.js";
import { seeHelp } from "../see-help.js";

const example = `
Exit codes: 0 done, 1 the command of exec failed, 2 bad input, 3 the world failed.

Example:
  $ sudo secondsite sandbox up
  $ sudo secondsite sandbox exec -- kubectl --context us-east-1 get nodes
  $ sudo secondsite sandbox fail us-east-1
  $ sudo secondsite sandbox status
  $ sudo secondsite sandbox heal us-east-1
  $ sudo secondsite sandbox down`;

const examples = {
  up: "up --name second --net 89",
  down: "down --name second",
  status: "status --json",
  fail: "fail us-east-1 --link-only",
  heal: "heal us-east-1",
  exec: "exec --customer -- dig api.chat.test",
} as const;

/** `secondsite sandbox …`: the small world by hand. */
export const sandbox: CommandModule = {
  register(program, done) {
    const group = program
      .command("sandbox")
      .description("Starts, breaks, heals and stops a small world on this machine that stacks deploy to.")
      .addHelpText("after", example);
    const command = (name: keyof typeof examples, description: string) =>
      group
        .command(name)
        .description(description)
        .option("--name <name>", "which world", "default")
        .addHelpText("after", `\nExample:\n  $ sudo secondsite sandbox ${examples[name]}`)
        .exitOverride()
        .showHelpAfterError(seeHelp);

    command("up", "Starts a world: network, AWS, DNS, a Kubernetes cluster per region.")
      .option("--net <number>", "its addresses are 10.<number>.0.0/16")
      .option("--keep", "when it fails, leave what was started for a look at its logs", false)
      .action(async (options) => done(await start(options)));
    command("down", "Stops a world, whoever started it, and removes everything of it.").action(
      async ({ name }) => done(await stop(name)),
    );
    command("status", "Shows regions and programs as they are right now.")
      .option("--json", "print it as JSON", false)
      .action(async ({ name, json }) => done(await show(name, json)));
    command("fail", "Makes a region fail: link down, SIGKILL to everything in it.")
      .argument("<region>", "for example us-east-1")
      .option("--link-only", "cut the link, let everything in the region run on", false)
      .action(async (region, { name, linkOnly }) => {
        const { fail } = await import("../../sandbox/world/index.js");
        await fail(name, region, { linkOnly });
        done(0);
      });
    command("heal", "Brings a region back with the disks it had.")
      .argument("<region>", "for example us-east-1")
      .action(async (region, { name }) => {
        const { heal } = await import("../../sandbox/world/index.js");
        await heal(name, region, await progress());
        done(0);
      });
    command("exec", "Runs a command in the world, with its network, names, CA and credentials.")
      .argument("<command...>", "program and arguments, after --")
      .option("--customer", "as the customer instead of the operator", false)
      .action(async (argv, options) => done(await execute(argv, options)));
  },
};

async function start(options: { name: string; net?: string; keep: boolean }): Promise<ExitCode> {
  const { defaultWorld, down, up, worldCa } = await import("../../sandbox/world/index.js");
  const { wholeGiven } = await import("../options.js");
  const { name, net, keep } = options;
  const spec: WorldSpec = {
    ...defaultWorld,
    name,
    ...(net === undefined ? {} : { net: wholeGiven("--net", net, 1) }),
  };
  const steps = await progress();
  const stopping = new AbortController();
  const interrupted = () => stopping.abort(new Error("interrupted"));
  process.once("SIGINT", interrupted).once("SIGTERM", interrupted);
  try {
    await up(spec, { images: () => images(worldCa, steps), progress: steps, signal: stopping.signal });
  } catch (error) {
    // Refused: what is there, if anything, is not ours to take down.
    const refused = (error as { exitCode?: ExitCode }).exitCode === 2;
    if (!refused && !keep) await down({ name }, steps);
    throw error;
  } finally {
    process.removeListener("SIGINT", interrupted).removeListener("SIGTERM", interrupted);
  }
  process.stdout.write(`sandbox "${name}" is up\n`);
  return 0;
}

async function images(
  ca: () => Promise<{ readonly certFile: string }>,
  steps: NonNullable<UpOptions["progress"]>,
): Promise<readonly string[]> {
  const [{ ensureTools }, { buildImages }] = await Promise.all([
    import("../../sandbox/toolchain/index.js"),
    import("../../sandbox/images/index.js"),
  ]);
  const tools = await ensureTools(["buildah", "mmdebstrap"], steps);
  const { pause, runner, app } = await buildImages({ tools, caFile: (await ca()).certFile, progress: steps });
  return [pause, runner.tar, app.tar];
}

async function stop(name: string): Promise<ExitCode> {
  const { defaultWorld, down } = await import("../../sandbox/world/index.js");
  const { wasUp } = await down(name === defaultWorld.name ? defaultWorld : { name }, await progress());
  process.stdout.write(`sandbox "${name}" ${wasUp ? "is down" : "was not up"}\n`);
  return 0;
}

async function show(name: string, json: boolean): Promise<ExitCode> {
  const { status } = await import("../../sandbox/world/index.js");
  const world = await status(name);
  process.stdout.write(json ? `${JSON.stringify(world, null, 2)}\n` : await rendered(world));
  return 0;
}

async function rendered({ regions, programs }: WorldStatus): Promise<string> {
  const { table } = await import("../ui/table.js");
  const yes = (value: boolean | undefined) => (value === undefined ? "-" : value ? "yes" : "no");
  return [
    table(regions, [
      { title: "Region", value: ({ region }) => region },
      { title: "Link", value: ({ link }) => link },
      { title: "Processes", value: ({ processes }) => String(processes) },
      { title: "Node Ready", value: ({ nodeReady }) => yes(nodeReady) },
      { title: "AWS answers", value: ({ gateAnswers }) => yes(gateAnswers) },
    ]),
    table(programs, [
      { title: "Place", value: ({ namespace }) => namespace },
      { title: "Program", value: ({ program }) => program },
      { title: "Pid", value: ({ pid }) => String(pid) },
      { title: "Runs", value: ({ alive }) => yes(alive) },
    ]),
  ].join("\n");
}

async function execute(
  argv: readonly string[],
  options: { name: string; customer: boolean },
): Promise<ExitCode> {
  const { customer, operator } = await import("../../sandbox/world/index.js");
  const [file = "", ...args] = argv;
  const as = options.customer ? customer : operator;
  const run = await as(options.name, [file, ...args], { stdio: "inherit", reject: false });
  const { exitCode, signal } = await run.process;
  if (exitCode === 0) return 0;
  process.stderr.write(`secondsite: ${file} ended with ${signal ?? `exit code ${exitCode}`}\n`);
  return 1;
}

async function progress() {
  const { progressTo } = await import("../ui/progress.js");
  return progressTo();
}
