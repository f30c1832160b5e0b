import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { operator } from "../../sandbox/world/index.js";

/** The checkout. */
export const root = resolve(import.meta.dirname, "../..");

/** What a command came to. */
export interface Result {
  readonly exitCode: number | undefined;
  /** Both streams, in that order. */
  readonly output: string;
}

/** The project's own stacks with state and configuration of their own, run by the real engine in a world. */
export class Project {
  private constructor(
    readonly world: string,
    /** Folder that is the project to Pulumi; its programs are this checkout's. */
    readonly directory: string,
    /** Folder that is its backend. */
    readonly state: string,
  ) {}

  static async create(world: string): Promise<Project> {
    const directory = await mkdtemp(join(tmpdir(), "secondsite-stacks-"));
    const project = new Project(world, directory, join(directory, "state"));
    for (const name of ["Pulumi.yaml", "package.json", "node_modules", "stacks"])
      await symlink(join(root, name), join(project.directory, name));
    await mkdir(project.state);
    return project;
  }

  /** Makes a stack with values for the `secondsite` configuration namespace. */
  async init(stack: string, config: Readonly<Record<string, string>>): Promise<void> {
    await this.must("stack", "init", stack);
    const pairs = Object.entries(config).flatMap(([key, value]) => [
      "--plaintext",
      `secondsite:${key}=${value}`,
    ]);
    await this.must("config", "set-all", "--stack", stack, ...pairs);
  }

  /** Writes a plan to give to a stack; returns its path. */
  async plan(name: string, plan: unknown): Promise<string> {
    const path = join(this.directory, `${name}.json`);
    await writeFile(path, JSON.stringify(plan));
    return path;
  }

  /** The same stacks by another program of this checkout: its path from the root. */
  async variant(main: string): Promise<Project> {
    const directory = await mkdtemp(join(this.directory, "variant-"));
    const files = await readdir(this.directory);
    for (const name of files.filter((file) =>
      /^(Pulumi\..+\.yaml|package\.json|node_modules|stacks)$/.test(file),
    ))
      await symlink(join(this.directory, name), join(directory, name));
    const settings = await readFile(join(root, "Pulumi.yaml"), "utf8");
    await writeFile(join(directory, "Pulumi.yaml"), settings.replace(/^main: .*$/m, `main: ${main}`));
    return new Project(this.world, directory, this.state);
  }

  /** Runs `pulumi` as the world's operator. */
  pulumi(...args: readonly string[]): Promise<Result> {
    return this.run(["pulumi", ...args, "--non-interactive", "--color=never"], 240_000);
  }

  /** @throws Error with what was printed, unless it exits 0 */
  async must(...args: readonly string[]): Promise<string> {
    const { exitCode, output } = await this.pulumi(...args);
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${output}`);
    return output;
  }

  /** Runs `kubectl` against the cluster of a region. */
  kubectl(region: string, ...args: readonly string[]): Promise<Result> {
    return this.run(["kubectl", "--context", region, ...args], 60_000);
  }

  /** Runs the command line as the world's operator. */
  secondsite(...args: readonly string[]): Promise<Result> {
    return this.run([process.execPath, join(root, "scripts/bin/secondsite.mjs"), ...args], 300_000);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  private async run(argv: readonly [string, ...string[]], timeout: number): Promise<Result> {
    const { process } = await operator(this.world, argv, {
      cwd: this.directory,
      reject: false,
      timeout,
      env: {
        PULUMI_BACKEND_URL: `file://${this.state}`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_HOME: join(this.state, "../home"),
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
    const { exitCode, stdout, stderr } = await process;
    return { exitCode, output: [stdout, stderr].map(String).join("\n").trim() };
  }
}
