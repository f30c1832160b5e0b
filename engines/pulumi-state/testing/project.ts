import { mkdir, symlink, writeFile } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { execa } from "execa";

import { silent } from "../../../sandbox/progress.js";
import { ensureTools } from "../../../sandbox/toolchain/index.js";

const root = resolve(import.meta.dirname, "../../..");

/** What the stacks' secret output says. */
export const password = "correct-horse-battery";

/** A program without a cloud: components beneath each other, one output that is secret and one that is not. */
const program = `
const pulumi = require("@pulumi/pulumi");
class Thing extends pulumi.ComponentResource {
  constructor(name, options) {
    super("test:index:Thing", name, {}, options);
    this.registerOutputs({});
  }
}
const first = new Thing("first");
const second = new Thing("second", { parent: first });
new Thing("third", { dependsOn: [first, second] });
exports.password = pulumi.secret("${password}");
exports.plain = "x";
exports.waited = new Promise((resolve) => setTimeout(() => resolve("yes"), Number(process.env.TEST_WAIT ?? "0")));
`;

/** A project of Pulumi's at a backend, worked on with the real program. */
export interface TestProject {
  /** Runs `pulumi` in the project. @throws what it says, unless it ends with 0 */
  pulumi(...args: readonly string[]): Promise<string>;
  /** Starts an update that takes a while, and hands it over while it runs. */
  updating(stack: string, milliseconds: number): Promise<unknown>;
  /** The same project at another backend: somebody else's machine, with the project's files and its passphrase. */
  at(backend: string, environment?: Readonly<Record<string, string>>): TestProject;
}

/** Folder with Pulumi's programs. */
export async function pulumiFolder(): Promise<string> {
  const { pulumi } = await ensureTools(["pulumi", "pulumi-language-nodejs"], silent);
  return dirname(pulumi);
}

/**
 * Makes the project `chat` in a folder.
 *
 * @param backend what `pulumi login` takes
 * @param environment on top, such as a store's credentials
 */
export async function testProject(
  folder: string,
  backend: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<TestProject> {
  const project = join(folder, "project");
  await mkdir(project);
  await writeFile(
    join(project, "Pulumi.yaml"),
    "name: chat\nmain: index.cjs\nruntime:\n  name: nodejs\n  options:\n    typescript: false\n",
  );
  await writeFile(join(project, "index.cjs"), program);
  await writeFile(join(project, "package.json"), '{ "name": "chat", "main": "index.cjs" }\n');
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
  const bin = await pulumiFolder();
  const at = (url: string, more: Readonly<Record<string, string>>): TestProject => {
    const run = async (args: readonly string[], wait = 0) => {
      const { stdout } = await execa("pulumi", [...args, "--non-interactive"], {
        ...{ cwd: project, extendEnv: false, stdin: "ignore" },
        env: {
          PATH: [bin, process.env.PATH].join(delimiter),
          ...{ HOME: folder, PULUMI_HOME: join(folder, "home"), PULUMI_BACKEND_URL: url },
          ...{ PULUMI_CONFIG_PASSPHRASE: "test", PULUMI_SKIP_UPDATE_CHECK: "true" },
          ...{ PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true", TEST_WAIT: String(wait) },
          ...more,
        },
      });
      return stdout;
    };
    return {
      pulumi: (...args) => run(args),
      updating: (stack, wait) => run(["up", "--yes", "--skip-preview", "--stack", stack], wait),
      at: (other, own = {}) => at(other, own),
    };
  };
  return at(backend, environment);
}
